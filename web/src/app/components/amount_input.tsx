/** An amount of money as it is typed, with its thousands set apart. */
import { h } from "preact";
import { plainDong, readDong } from "../money.ts";

interface AmountInputProps {
  label: string;
  value: string;
  change: (typed: string) => void;
}

export function AmountInput({ label, value, change }: AmountInputProps) {
  return (
    <label>
      {label}
      <input
        class="amount"
        inputMode="numeric"
        autocomplete="off"
        value={value}
        maxLength={18}
        onInput={(event) => {
          const typed = readDong(event.currentTarget.value);
          change(typed === null ? event.currentTarget.value.replace(/[^\d]/g, "") : plainDong(typed));
        }}
      />
    </label>
  );
}
