// GitHub's own reading of workflows and actions: node languageservice.mjs MODULES TREE REPOSITORY FILE...
// Own references, `$/x` and REPOSITORY/x@REF, are looked up in TREE. Prints what is wrong; exits 1 if anything is.
import { readFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { join, normalize } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, tree, repository, ...files] = process.argv.slice(2);
const hook = `export const load = (url, context, next) => // the package is made for bundlers: it imports bare JSON
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const load = (path) => import(pathToFileURL(join(modules, path)));
const { validate, registerLogger } = await load("@actions/languageservice/dist/index.js");
const require = createRequire(join(modules, "x"));
const { parse } = require("yaml");
const { TextDocument } = require("vscode-languageserver-textdocument");

let faults = 0;
const say = (where, message) => {
  faults += 1;
  console.log(`${where}: ${message}`);
};
const broken = (message) => say("language service", message); // it logs its own failures and calls the file clean
registerLogger({ error: broken, warn: broken, info() {}, log() {} });

const read = (path) => readFileSync(join(tree, normalize(path)), "utf8");
const config = {
  fileProvider: {
    async getFileContent(ref) {
      if (ref.repository && `${ref.owner}/${ref.repository}` !== repository) {
        throw new Error("no other repository is at hand");
      }
      return { name: ref.path, content: read(ref.path) };
    },
  },
  actionsMetadataProvider: {
    async fetchActionMetadata({ owner, name, path }) {
      if (`${owner}/${name}` !== repository) return {}; // not at hand: its inputs are not looked at
      try {
        return parse(read(join(path ?? ".", "action.yml")));
      } catch {
        return undefined;
      }
    },
  },
};
for (const file of files) {
  const document = TextDocument.create(pathToFileURL(join(tree, file)).href, "yaml", 1, read(file));
  for (const { message, range } of await validate(document, config)) {
    say(`${file}:${range.start.line + 1}`, message);
  }
}
process.exit(faults ? 1 : 0);
