/**
 * Counts SMS segments with Twilio's calculator, which shares nothing with ours: a JSON array of texts in, one of sizes out.
 */
import { text } from "node:stream/consumers";
import { SegmentedMessage } from "sms-segments-calculator";

const texts: string[] = JSON.parse(await text(process.stdin));
const sizes = texts.map((sms) => {
  const counted = new SegmentedMessage(sms, "auto");
  return { encoding: counted.encodingName, segments: counted.segmentsCount };
});
process.stdout.write(`${JSON.stringify(sizes)}\n`);
