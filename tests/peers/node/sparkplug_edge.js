// An edge node on sparkplug-client, for the tests.
//
//   node sparkplug_edge.js PORT
//
// Node g/n with the metrics of the type "park" and one device, d. Takes Sign/State by NCMD, and does what these say:
// Test/Free (a value of Places/Free), Test/Gzip, Test/Deflate (the same, packed), Test/Old (the same, an hour old),
// Test/Null, Test/Bad (the same, of quality 0), Test/Lose (the number of a message that is never sent), Test/Device (a
// value of the device's), Test/Die (the connection, without a word; it comes back by itself).
// Says "ready" once it was born.
const sparkplug = require("sparkplug-client");

const values = { free: 120, sign: 0, device: 3 };
const client = sparkplug.newClient({
    serverUrl: `tcp://127.0.0.1:${process.argv[2]}`, username: "", password: "", groupId: "g", edgeNode: "n",
    clientId: "edge-of-npm", version: "spBv1.0", publishDeath: true, mqttOptions: { reconnectPeriod: 300 } });

function payload(...metrics) {
    return { timestamp: Date.now(), metrics };
}
const metric = (name, type, value, more) => ({ name, type, value, timestamp: Date.now(), ...more });
const free = (value, more) => metric("Places/Free", "Int32", value, more);
const sign = () => metric("Sign/State", "UInt8", values.sign);

function birth() {
    client.publishNodeBirth(payload(
        free(values.free), metric("Offset", "Int16", -5), metric("Entries", "UInt64", 9000000000),
        metric("Name", "String", "Ralliement"), sign(), metric("Node Control/Rebirth", "Boolean", false)));
    client.publishDeviceBirth("d", payload(metric("Places/Free", "Int32", values.device, { alias: 7 })));
}

function data(metric_, options) {
    client.publishNodeData(payload(metric_), options);
}

const ORDERS = {
    "Node Control/Rebirth": birth,
    "Sign/State": value => { values.sign = value; data(sign()); console.log(`took sign ${value}`); },
    "Test/Free": value => { values.free = value; data(free(value)); },
    "Test/Gzip": value => { values.free = value; data(free(value), { compress: true, algorithm: "GZIP" }); },
    "Test/Deflate": value => { values.free = value; data(free(value), { compress: true }); },
    "Test/Old": value => data(free(value, { isHistorical: true, timestamp: Date.now() - 3600000 })),
    "Test/Null": () => data(free(null)),
    "Test/Bad": value => data(free(value, { properties: { Quality: { type: "Int32", value: 0 } } })),
    "Test/Lose": () => client.incrementSeqNum(),
    "Test/Device": value => {
        values.device = value;
        client.publishDeviceData("d", payload({ alias: 7, type: "Int32", value, timestamp: Date.now() }));
    },
    "Test/Die": () => client.client.stream.destroy() };

client.on("birth", () => { birth(); console.log("ready"); });
client.on("ncmd", command => {
    for (const { name, value } of command.metrics) if (ORDERS[name]) ORDERS[name](Number(value));
});
client.on("error", error => { console.error(error); process.exit(1); });
