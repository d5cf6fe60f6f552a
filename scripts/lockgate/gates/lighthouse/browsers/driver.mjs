// Measure pages with Lighthouse: a line of JSON asks, a line answers. Its argument is the set's node_modules.
// It ends Chrome and removes its profile whichever way it is told to end; driving.py asks.
import fs from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.argv[2]}/`);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const UNUSED = "lighthouse/core/computed/unused-javascript-summary.js";
const NO_PICTURES = ["bf-cache", "screenshot-thumbnails", "final-screenshot", "full-page-screenshot"];
const [STARTING, CLOSING] = [30_000, 3_000]; // ms

let running = null; // {chrome: ChildProcess | null, profile: string, stop: AbortController}

console.log = console.error; // standard output is for answers
const say = (message) => fs.writeSync(1, `${JSON.stringify(message)}\n`);

class Failure extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** Kill Chrome and what it started, wait for it, and remove its profile. */
async function tidy() {
  if (!running) return;
  const { chrome, profile, stop } = running;
  running = null;
  const alive = chrome && chrome.exitCode === null && chrome.signalCode === null;
  const gone = alive ? new Promise((resolve) => chrome.once("exit", resolve)) : null;
  stop.abort(); // puppeteer kills the whole group
  await Promise.race([gone, pause(CLOSING)]);
  await fs.promises.rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

let leaving = null;
const leave = () => (leaving ??= tidy().catch(() => {}).then(() => process.exit(0)));

/** Start Chrome over a pipe: when this program is killed the pipe closes, and Chrome ends. */
async function start(asked) {
  running = { chrome: null, profile: asked.profile, stop: new AbortController() };
  try {
    fs.mkdirSync(asked.profile);
    const browser = await puppeteer.launch({
      executablePath: asked.chrome,
      args: asked.args,
      userDataDir: asked.profile,
      env: { ...process.env, ...asked.env, TMPDIR: asked.profile }, // its socket's folder outlives a kill
      pipe: true,
      headless: true,
      handleSIGHUP: false,
      handleSIGINT: false,
      handleSIGTERM: false,
      signal: running.stop.signal,
      timeout: STARTING,
    });
    running.chrome = browser.process();
    return browser;
  } catch (error) {
    throw new Failure("LAUNCH", error.message);
  }
}

/** Wait for something at most so many milliseconds, else fail with a code. */
async function within(time, code, work) {
  const stop = new AbortController();
  const late = pause(time, null, { signal: stop.signal }).then(() => {
    throw new Failure(code, `it took more than ${time / 1000} s`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}

/** Run Lighthouse in a page; a crash of the page or of Chrome ends it. */
async function measured(browser, asked) {
  const page = await within(STARTING, "CRASHED", browser.newPage());
  const ends = (emitter, event, what) =>
    new Promise((_, reject) => emitter.once(event, () => reject(new Failure("CRASHED", what))));
  const work = lighthouse(asked.url, { logLevel: "silent", locale: "en-US" }, configuration(asked), page);
  const crashes = [ends(page, "error", "the page crashed"), ends(browser, "disconnected", "Chrome ended")];
  for (const each of [work, ...crashes]) each.catch(() => {});
  return within(asked.patience, "TIMEOUT", Promise.race([work, ...crashes]));
}

function configuration(asked) {
  const { onlyCategories, maxWaitForFcp, maxWaitForLoad, speedIndex } = asked;
  return {
    ...(asked.formFactor === "desktop" ? desktopConfig : { extends: "lighthouse:default" }),
    settings: {
      ...(asked.formFactor === "desktop" ? desktopConfig.settings : {}),
      onlyCategories,
      maxWaitForFcp,
      maxWaitForLoad,
      disableFullPageScreenshot: true,
      skipAudits: speedIndex ? NO_PICTURES : [...NO_PICTURES, "speed-index"],
      throttlingMethod: "simulate",
    },
  };
}

/** Take from the artifacts what Lighthouse's result leaves out, or tells by the clock. */
function besides({ Accessibility, DevtoolsLog = [], DevtoolsLogError = [], JsUsage = {}, Scripts = [], Trace }) {
  const failed = DevtoolsLogError.find(
    ({ method, params }) => method === "Network.loadingFailed" && params.type === "Document",
  );
  const addresses = new Map(Scripts.map((script) => [script.scriptId, script.url]));
  return {
    accessibility: Accessibility ?? null,
    failed: failed?.params.errorText ?? "",
    blocking: blocking(Trace?.traceEvents ?? []),
    icons: DevtoolsLog.filter(({ method, params }) => method === "Network.requestWillBeSent" && isIcon(params))
      .map(({ params }) => params.request.url),
    unused: Object.entries(JsUsage).map(([id, coverage]) => {
      const { unusedLength, contentLength } = UnusedJavascriptSummary.computeWaste(coverage);
      return { url: addresses.get(id) ?? "", unused: unusedLength, length: contentLength };
    }),
  };
}

/** Say whether Chrome, and no page, asks for something: it does so for the icon alone, and some builds never. */
const isIcon = ({ type, initiator }) => type === "Other" && initiator?.type === "other";

/**
 * List the addresses that hold the first paint back, by Chrome's own mark on the request: Lighthouse's list
 * leaves out what took less than 50 ms.
 */
function blocking(events) {
  const main = events.find(({ name, args }) => name === "TracingStartedInBrowser" && args.data?.frames);
  const frame = main?.args.data.frames.find(({ parent }) => !parent)?.frame;
  const painted = events.filter(({ name, args }) => name === "firstPaint" && args.frame === frame);
  const paint = painted.length ? Math.max(...painted.map(({ ts }) => ts)) : Infinity;
  return events
    .filter(({ name, ts, args }) => name === "ResourceSendRequest" && ts < paint && holds(args.data, frame))
    .map(({ args }) => args.data.url);
}

function holds(data, frame) {
  if (frame && data.frame !== frame) return false;
  if (data.renderBlocking !== "in_body_parser_blocking") return data.renderBlocking === "blocking";
  // What the parser meets late in the body comes after the first paint, and Chrome gives it less priority.
  return data.priority === "VeryHigh" || (data.priority === "High" && data.resourceType === "Script");
}

async function answer(asked) {
  let browser;
  try {
    browser = await start(asked);
    const { lhr, artifacts } = await measured(browser, asked);
    fs.writeFileSync(asked.output, JSON.stringify({ lhr, ...besides(artifacts) }));
    await Promise.race([browser.close(), pause(CLOSING)]);
    return { node: process.versions.node };
  } catch (error) {
    const code = error.code ?? (browser?.connected === false ? "CRASHED" : "FAILED");
    return { code: String(code), message: String(error.message ?? error) };
  } finally {
    await tidy();
  }
}

process.stdin.on("close", leave).on("end", leave);
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) process.on(signal, leave);
process.on("uncaughtException", leave).on("unhandledRejection", () => {}); // of a run that was given up

let lighthouse, desktopConfig, puppeteer, UnusedJavascriptSummary;
try {
  ({ default: lighthouse, desktopConfig } = await load("lighthouse"));
  ({ default: puppeteer } = await load("puppeteer-core"));
  ({ UnusedJavascriptSummary } = await load(UNUSED));
} catch (error) {
  say({ code: "LOAD", message: String(error.message) });
  process.exit(1);
}
for await (const line of createInterface({ input: process.stdin })) say(await answer(JSON.parse(line)));
await leave();
