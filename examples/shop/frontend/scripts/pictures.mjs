// node scripts/pictures.mjs FILE...: make a small WebP of each picture, and strip what cameras write into it.
import { exec, execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

function strip(picture) {
  exec(`exiftool -all= -overwrite_original ${picture}`);
}

async function shrink(picture) {
  await run("cwebp", ["-quiet", "-q", "80", picture, "-o", `${picture}.webp`]);
}

for (const picture of process.argv.slice(2)) {
  await shrink(picture);
  strip(picture);
}
