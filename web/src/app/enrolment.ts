/** Enrolling this phone with the code of a supervisor. */
import type { Core } from "./core.ts";
import { newDeviceKey, publicKeyOf } from "./device_key.ts";
import { newId } from "./ids.ts";
import { tidyLine } from "./text.ts";

const LONGEST_NAME = 80;

/** Enrol and keep the token. Throws `ApiProblem` where the code is not accepted, `NoAnswer` where nobody knows. */
export async function enrol({ api, clock, database }: Core, code: string, deviceName: string): Promise<void> {
  const facts = await database.facts();
  const typed = code.trim().toUpperCase();
  const pair = facts.device_key ?? (await newDeviceKey());
  // After a lost answer the same code with the same id gives the same device; another code is another enrolment.
  const enrolling = facts.enrolling?.code === typed ? facts.enrolling : { device_id: newId(clock.now()), code: typed };
  await database.setFacts({ device_key: pair, enrolling });
  const answer = await api.call("POST /v1/enrolments", {
    key: enrolling.device_id,
    body: {
      code: typed,
      device_name: tidyLine(deviceName).slice(0, LONGEST_NAME) || "Điện thoại",
      public_key: await publicKeyOf(pair),
      // Another role's code is refused, and its owner can still use it.
      role: "collector",
    },
  });
  await database.setFacts({ token: answer.token, device: answer.device });
  await database.forgetFact("enrolling");
  await database.forgetFact("locked");
}
