/** Where customers go who leave a route, as it is chosen on the page. Pure. */
import type { Further as FurtherBody } from "../api/types.ts";

export interface Further {
  readonly isNew: boolean;
  /** A route that is there. */
  readonly route: string;
  readonly newCode: string;
  readonly newName: string;
  readonly newCollector: string;
}

export const NOWHERE: Further = { isNew: false, route: "", newCode: "", newName: "", newCollector: "" };

const CODE = /^[0-9A-Z_.-]{2,24}$/;

/** Whether it is said where they go. */
export function isWhole({ isNew, route, newCode, newName, newCollector }: Further): boolean {
  return isNew ? CODE.test(newCode.trim().toUpperCase()) && newName.trim() !== "" && newCollector !== "" : route !== "";
}

export function asFurther(further: Further, customers: readonly string[]): FurtherBody {
  return further.isNew
    ? {
        route_code: further.newCode.trim().toUpperCase(),
        name: further.newName.trim(),
        collector_code: further.newCollector,
        customers: [...customers],
      }
    : { route_code: further.route, customers: [...customers] };
}
