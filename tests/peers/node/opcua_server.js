// An OPC UA server on node-opcua, for the tests.
//
//   node opcua_server.js PORT FOLDER [COUNT]
//
// FOLDER takes its certificates. Endpoints: None and Basic256Sha256, Sign and SignAndEncrypt; user "vigie" with the
// password "pumpe" or nobody. Namespace urn:vigie:peer, object Plant: Level (Double, written by the server every 100 ms,
// historized), Goal (Double, writable), Mode (Int32, writable), Name (String), Profile (Double[4]), Start (method: takes
// a Double, answers whether it started; sets Goal), and Many/V0000... (COUNT Doubles that move at random).
// Says "ready" once it listens.
const path = require("path");
const {
    OPCUAServer, Variant, DataType, VariantArrayType, StatusCodes, MessageSecurityMode, SecurityPolicy,
    OPCUACertificateManager
} = require("node-opcua");

const [port, folder, count] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4] || 0)];

async function main() {
    const certificates = new OPCUACertificateManager({
        rootFolder: path.join(folder, "pki"), automaticallyAcceptUnknownCertificate: true });
    await certificates.initialize();
    const server = new OPCUAServer({
        maxConnectionsPerEndpoint: 500, serverCapabilities: { maxSessions: 500 },
        port, resourcePath: "/", hostname: "127.0.0.1", alternateHostname: "127.0.0.1",
        serverCertificateManager: certificates,
        securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
        securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
        userManager: { isValidUser: (user, password) => user === "vigie" && password === "pumpe" },
        buildInfo: { productName: "vigie test peer" },
    });
    await server.initialize();
    const space = server.engine.addressSpace;
    const namespace = space.registerNamespace("urn:vigie:peer");
    const plant = namespace.addObject({ organizedBy: space.rootFolder.objects, browseName: "Plant" });
    const add = (browseName, dataType, value, more) => namespace.addVariable({
        componentOf: plant, browseName, nodeId: `s=${browseName}`, dataType, value: { dataType, value }, ...more });
    const level = add("Level", DataType.Double, 1.5);
    space.installHistoricalDataNode(level, { maxOnlineValues: 10000 });
    const goal = add("Goal", DataType.Double, 2.0, { accessLevel: "CurrentRead | CurrentWrite" });
    add("Mode", DataType.Int32, 1, { accessLevel: "CurrentRead | CurrentWrite" });
    add("Name", DataType.String, "Île de Gourdon");
    namespace.addVariable({
        componentOf: plant, browseName: "Profile", nodeId: "s=Profile", dataType: DataType.Double, valueRank: 1,
        arrayDimensions: [4],
        value: { dataType: DataType.Double, arrayType: VariantArrayType.Array, value: new Float64Array([1, 2, 3, 4]) } });
    const start = namespace.addMethod(plant, {
        browseName: "Start", nodeId: "s=Start",
        inputArguments: [{ name: "speed", dataType: DataType.Double, description: { text: "Hz" } }],
        outputArguments: [{ name: "started", dataType: DataType.Boolean, description: { text: "" } }] });
    start.bindMethod((words, context, answer) => {
        const speed = words[0].value;
        if (speed > 50) return answer(null, { statusCode: StatusCodes.BadOutOfRange, outputArguments: [] });
        goal.setValueFromSource({ dataType: DataType.Double, value: speed });
        answer(null, { statusCode: StatusCodes.Good, outputArguments: [{ dataType: DataType.Boolean, value: true }] });
    });
    const many = namespace.addObject({ organizedBy: space.rootFolder.objects, browseName: "Many" });
    const moving = Array.from({ length: count }, (_, i) => {
        const browseName = `V${String(i).padStart(4, "0")}`;
        return namespace.addVariable({ componentOf: many, browseName, nodeId: `s=Many.${browseName}`,
            dataType: DataType.Double, value: { dataType: DataType.Double, value: 0 } });
    });
    let turn = 0;
    setInterval(() => {
        turn += 1;
        level.setValueFromSource({ dataType: DataType.Double, value: 1.5 + 0.01 * (turn % 100) });
        for (const each of moving) each.setValueFromSource({ dataType: DataType.Double, value: Math.random() });
    }, 100);
    await server.start();
    console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
