// An OPC UA server on node-opcua that lets nobody in whose certificate it was not given, as controllers do.
//
//   node opcua_strict.js PORT FOLDER
//
// Endpoints: Basic256Sha256, Sign and SignAndEncrypt; user "vigie" with the password "pumpe" or nobody. It trusts
// FOLDER/trust.der from when that is there.
// Says "ready" once it listens.
const fs = require("fs");
const path = require("path");
const { OPCUAServer, MessageSecurityMode, SecurityPolicy, OPCUACertificateManager } = require("node-opcua");

const [port, folder] = [Number(process.argv[2]), process.argv[3]];

async function main() {
    const certificates = new OPCUACertificateManager({
        rootFolder: path.join(folder, "pki"), automaticallyAcceptUnknownCertificate: false });
    await certificates.initialize();
    const server = new OPCUAServer({
        port, resourcePath: "/", hostname: "127.0.0.1", alternateHostname: "127.0.0.1",
        serverCertificateManager: certificates,
        securityPolicies: [SecurityPolicy.Basic256Sha256],
        securityModes: [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
        userManager: { isValidUser: (user, password) => user === "vigie" && password === "pumpe" },
    });
    await server.start();
    const given = path.join(folder, "trust.der");
    const watching = setInterval(async () => {
        if (!fs.existsSync(given)) return;
        clearInterval(watching);
        await certificates.trustCertificate(fs.readFileSync(given));
        fs.renameSync(given, given + ".taken");
    }, 100);
    console.log("ready");
}

main().catch((error) => { console.error(error); process.exit(1); });
