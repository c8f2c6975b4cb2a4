// The plant of the contract tests as an OPC UA server on node-opcua; its values come on standard input.
//
//   node opcua_plant.js PORT FOLDER [secure]
//
// FOLDER takes its certificates. Secure: nobody comes in but user "vigie" with the password "pumpe", over Basic256Sha256,
// signed and encrypted. Namespace urn:test:thing, object Thing: Level, Energy, Door, Mode, Message, Order, Goal.
// Reads lines "level 173", "level bad" (a sensor fault) and "refuse 1", which it answers "refusing" before it declines
// every write; says
// "took order 1" for each write it accepted, and "ready" once it listens.
const path = require("path");
const readline = require("readline");
const {
    OPCUAServer, DataType, StatusCodes, MessageSecurityMode, SecurityPolicy, OPCUACertificateManager
} = require("node-opcua");

const [port, folder, secure] = [Number(process.argv[2]), process.argv[3], process.argv[4] === "secure"];
const TYPES = {
    level: DataType.Double, energy: DataType.Double, door: DataType.Boolean, mode: DataType.Int32,
    message: DataType.String, order: DataType.Boolean, goal: DataType.Double };
let refusing = false;

function parsed(type, text) {
    if (type === DataType.Boolean) return Number(text) !== 0;
    return type === DataType.String ? text : Number(text);
}

async function main() {
    const certificates = new OPCUACertificateManager({
        rootFolder: path.join(folder, "pki"), automaticallyAcceptUnknownCertificate: true });
    await certificates.initialize();
    const server = new OPCUAServer({
        port, resourcePath: "/", hostname: "127.0.0.1", alternateHostname: "127.0.0.1",
        maxConnectionsPerEndpoint: 500, serverCapabilities: { maxSessions: 500 },
        serverCertificateManager: certificates, allowAnonymous: !secure,
        securityPolicies: [secure ? SecurityPolicy.Basic256Sha256 : SecurityPolicy.None],
        securityModes: [secure ? MessageSecurityMode.SignAndEncrypt : MessageSecurityMode.None],
        userManager: { isValidUser: (user, password) => user === "vigie" && password === "pumpe" } });
    await server.initialize();
    const space = server.engine.addressSpace;
    const namespace = space.registerNamespace("urn:test:thing");
    const thing = namespace.addObject({ organizedBy: space.rootFolder.objects, browseName: "Thing" });
    const nodes = {};
    for (const [name, dataType] of Object.entries(TYPES)) {
        const value = parsed(dataType, dataType === DataType.String ? "" : "0");
        const node = namespace.addVariable({
            componentOf: thing, browseName: name[0].toUpperCase() + name.slice(1), dataType,
            accessLevel: "CurrentRead | CurrentWrite", value: { dataType, value } });
        const write = node.writeValue.bind(node);
        node.writeValue = (context, data, ...rest) => {
            const answer = rest[rest.length - 1];
            if (refusing) return answer(null, StatusCodes.BadNotWritable);
            write(context, data, ...rest.slice(0, -1), (error, status) => {
                if (!error && status.isGood()) console.log(`took ${name} ${Number(data.value.value)}`);
                answer(error, status);
            });
        };
        nodes[name] = node;
    }
    readline.createInterface({ input: process.stdin }).on("line", (line) => {
        const [name, text] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
        if (name === "refuse") { refusing = text === "1"; console.log("refusing"); return; }
        const dataType = TYPES[name];
        const value = parsed(dataType, text === "bad" ? "0" : text);
        nodes[name].setValueFromSource({ dataType, value }, text === "bad" ? StatusCodes.BadSensorFailure : StatusCodes.Good);
    }).on("close", () => process.exit(0));
    await server.start();
    console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
