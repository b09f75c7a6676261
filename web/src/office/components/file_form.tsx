/** A file is chosen, looked at as an import would, and imported: nothing is imported that was not looked at. */
import { type ComponentChildren, h } from "preact";
import { useState } from "preact/hooks";
import { DoButton } from "../../app/components/busy.tsx";
import { type ChosenFile, chosenFile, LARGEST_FILE } from "../chosen_file.ts";
import { type FileKey, useFileWords } from "../file_words.ts";

interface FileFormProps {
  /** Whether the file has been looked at, and nothing stands against importing it. */
  readonly isTried: boolean;
  /** Another file, or another way to read it: what was found does not count any more. */
  changed(): void;
  send(file: ChosenFile, keepGood: boolean, trial: boolean): Promise<void>;
  /** What is chosen besides. */
  readonly children?: ComponentChildren;
}

export function FileForm({ isTried, changed, send, children }: FileFormProps) {
  const say = useFileWords();
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [keepGood, setKeepGood] = useState(false);
  const [wrong, setWrong] = useState<FileKey | null>(null);
  const [isSending, setIsSending] = useState(false);
  const choose = async (chosen: File | undefined): Promise<void> => {
    changed();
    setFile(null);
    setWrong(null);
    if (chosen === undefined) {
      return;
    }
    if (chosen.size > LARGEST_FILE) {
      setWrong("too_large");
      return;
    }
    try {
      setFile(await chosenFile(chosen));
    } catch {
      setWrong("unreadable");
    }
  };
  const act = async (trial: boolean): Promise<void> => {
    if (file !== null) {
      setIsSending(true);
      await send(file, keepGood, trial).finally(() => setIsSending(false));
    }
  };
  return (
    <section class="card">
      {children}
      <label>
        {say("file")}
        <input
          type="file"
          accept=".csv,.parquet,.xlsx,.ods,.xls"
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
      </label>
      {wrong !== null && (
        <p class="note bad" role="alert">
          {say(wrong)}
        </p>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={keepGood}
          onChange={(event) => {
            setKeepGood(event.currentTarget.checked);
            changed();
          }}
        />
        {say("keep_good")}
      </label>
      <div class="buttons">
        <DoButton disabled={file === null} act={() => act(true)}>
          {say("preview")}
        </DoButton>
        <DoButton disabled={!isTried} act={() => act(false)}>
          {say("do_import")}
        </DoButton>
      </div>
      {isSending && (
        <div role="status">
          <label>
            {say("sending")}
            <progress class="run-progress" />
          </label>
        </div>
      )}
    </section>
  );
}
