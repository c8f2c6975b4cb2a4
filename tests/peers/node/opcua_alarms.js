// An OPC UA server on node-opcua that runs alarms itself (Alarms and Conditions), for the tests.
//
//   node opcua_alarms.js PORT FOLDER
//
// FOLDER takes its certificates. Namespace urn:vigie:peer, Plant/Pump1 with two conditions, Overload and Leak, and
// Plant/Tank with High. Reads lines on standard input, and answers each when it is done:
//   raise NAME · clear NAME · disable NAME · enable NAME · clean NAME (inactive and acknowledged) · branch NAME
//   forget NAME (gives the next event an id of its own without telling it) · required · refuse 0|1 (ConditionRefresh)
//   tell NAME -> "NAME active acked comment"
// Users: "ann" with the password "pumpe", or nobody. Says "ready" once it listens.
const path = require("path");
const readline = require("readline");
const {
    OPCUAServer, DataType, StatusCodes, MessageSecurityMode, SecurityPolicy, OPCUACertificateManager
} = require("node-opcua");

const [port, folder] = [Number(process.argv[2]), process.argv[3]];

async function main() {
    const certificates = new OPCUACertificateManager({
        rootFolder: path.join(folder, "pki"), automaticallyAcceptUnknownCertificate: true });
    await certificates.initialize();
    const server = new OPCUAServer({
        port, resourcePath: "/", hostname: "127.0.0.1", alternateHostname: "127.0.0.1",
        maxConnectionsPerEndpoint: 500, serverCapabilities: { maxSessions: 500 },
        serverCertificateManager: certificates, securityPolicies: [SecurityPolicy.None],
        securityModes: [MessageSecurityMode.None] });
    await server.initialize();
    const space = server.engine.addressSpace;
    space.installAlarmsAndConditionsService();
    const namespace = space.registerNamespace("urn:vigie:peer");
    const node = (parent, browseName) => namespace.addObject({
        ...parent, browseName, eventSourceOf: space.rootFolder.objects.server, eventNotifier: 1 });
    const plant = node({ organizedBy: space.rootFolder.objects }, "Plant");
    const sources = { Pump1: node({ componentOf: plant }, "Pump1"), Tank: node({ componentOf: plant }, "Tank") };
    const level = namespace.addVariable({
        componentOf: plant, browseName: "Level", dataType: "Double", value: { dataType: DataType.Double, value: 1.5 } });
    const conditions = {};
    for (const [browseName, source] of [["Overload", "Pump1"], ["Leak", "Pump1"], ["High", "Tank"]]) {
        const inputNode = namespace.addVariable({
            componentOf: sources[source], browseName: `${browseName}Input`, dataType: "Boolean",
            value: { dataType: DataType.Boolean, value: false } });
        conditions[browseName] = namespace.instantiateOffNormalAlarm({
            browseName, componentOf: sources[source], conditionSource: sources[source], conditionOf: sources[source],
            conditionName: browseName, inputNode, normalState: null, optionals: ["ConfirmedState", "Confirm"] });
        const made = conditions[browseName];
        made.evaluateConditionsAfterEnabled = () => {};
        made.currentBranch().setRetain(false);
        made.currentBranch().setAckedState(true);
    }
    let refusing = false;
    const type = space.findNode("ns=0;i=2782");
    const refresh = type.conditionRefresh._asyncExecutionFunction;
    type.conditionRefresh.bindMethod(function (words, context, answer) {
        if (refusing) return answer(null, { statusCode: StatusCodes.BadUserAccessDenied });
        return refresh.call(this, words, context, answer);
    });
    const change = (name, active, acked, retain, message) => {
        const one = conditions[name];
        const branch = one.currentBranch();
        one.activeState.setValue(active);
        branch.setActiveState(active);
        branch.setAckedState(acked);
        if (one.confirmedState) branch.setConfirmedState(true);
        one.raiseNewCondition({ message, severity: active ? 700 : 100, quality: StatusCodes.Good, retain });
    };
    const acts = {
        raise: name => change(name, true, false, true, `${name} raised`),
        clear: name => change(name, false, conditions[name].currentBranch().getAckedState(),
            !conditions[name].currentBranch().getAckedState(), `${name} gone`),
        clean: name => change(name, false, true, false, `${name} clean`),
        disable: name => conditions[name].setEnabledState(false),
        enable: name => conditions[name].setEnabledState(true),
        branch: name => { const made = conditions[name].createBranch(); conditions[name].raiseConditionEvent(made, true); },
        required: () => server.engine.addressSpace.rootFolder.objects.server.raiseEvent(
            space.findEventType("RefreshRequiredEventType"), {}),
        forget: name => conditions[name].currentBranch().renewEventId(),
        refuse: text => { refusing = text === "1"; },
        tell: name => {
            const branch = conditions[name].currentBranch();
            const user = conditions[name].clientUserId ? conditions[name].clientUserId.readValue().value.value : "";
            return `${name} ${branch.getActiveState()} ${branch.getAckedState()} ${branch.getComment().text} | ${user}`;
        },
        level: text => level.setValueFromSource({ dataType: DataType.Double, value: Number(text) }) };
    readline.createInterface({ input: process.stdin }).on("line", (line) => {
        const [word, name] = line.split(" ");
        try {
            const said = acts[word](name);
            console.log(word === "tell" ? said : `${line} done`);
        } catch (error) {
            console.log(`${line} failed: ${error.stack}`);
        }
    }).on("close", () => process.exit(0));
    await server.start();
    console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
