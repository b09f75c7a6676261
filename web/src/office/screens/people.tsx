/** Accounts of people: made, given roles and units, let in anew, closed. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { StaffRole, StaffView, StaffWithCode } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { WithReason } from "../../app/components/with_reason.tsx";
import { newId } from "../../app/ids.ts";
import { tidyLine } from "../../app/text.ts";
import { Link } from "../components/link.tsx";
import { Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { may, ROLES } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";

export function PeoplePage() {
  const t = useWords();
  const { api } = useOffice();
  const people = useRead("people", async () => (await api.call("GET /v1/staff")).staff);
  const [made, setMade] = useState<StaffWithCode | null>(null);
  const show = (one: StaffWithCode): void => {
    setMade(one);
    people.again();
  };
  return (
    <Page title={t("page_people")} help="people">
      {made && (
        <section class="card" aria-live="polite">
          <h2>{t("person_code_for", { name: `${made.staff.full_name} (${made.staff.login_name})` })}</h2>
          <p class="code-aloud">{made.code}</p>
          <p class="hint">{t("person_code_hint", { time: writtenMoment(made.expires_at) })}</p>
        </section>
      )}
      <NewPerson made={show} />
      <Loaded of={people}>
        {(found) => (
          <ul class="cards">
            {found.map((one) => (
              <li key={one.staff_id} class="card">
                <Person person={one} coded={show} changed={people.again} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Page>
  );
}

interface GrantProps {
  readonly roles: readonly StaffRole[];
  readonly units: string;
  readonly change: (roles: readonly StaffRole[], units: string) => void;
}

function GrantFields({ roles, units, change }: GrantProps) {
  const t = useWords();
  return (
    <>
      <fieldset class="options">
        <legend>{t("person_roles")}</legend>
        {ROLES.map((role) => (
          <label key={role}>
            <input
              type="checkbox"
              checked={roles.includes(role)}
              onChange={(event) =>
                change(event.currentTarget.checked ? [...roles, role] : roles.filter((one) => one !== role), units)
              }
            />
            <span>{t(`role_${role}`)}</span>
          </label>
        ))}
      </fieldset>
      <label>
        {t("person_units")}
        <input
          value={units}
          maxLength={400}
          autocomplete="off"
          spellcheck={false}
          placeholder="PB1501, PB1502"
          onInput={(event) => change(roles, event.currentTarget.value)}
        />
      </label>
      <p class="hint">{t("person_units_hint")}</p>
    </>
  );
}

function unitsIn(typed: string): string[] {
  return typed.split(/[\s,;]+/).filter((unit) => unit !== "");
}

function NewPerson({ made }: { made: (person: StaffWithCode) => void }) {
  const t = useWords();
  const { api } = useOffice();
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [grant, setGrant] = useState<{ roles: readonly StaffRole[]; units: string }>({ roles: [], units: "" });
  const [key, setKey] = useState(() => newId());
  const units = unitsIn(grant.units);
  return (
    <details class="card">
      <summary>{t("person_new")}</summary>
      <div class="inline">
        <label>
          {t("person_name")}
          <input value={name} maxLength={100} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          {t("login_name")}
          <input
            value={login}
            maxLength={40}
            autocapitalize="none"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setLogin(event.currentTarget.value)}
          />
        </label>
        <GrantFields
          roles={grant.roles}
          units={grant.units}
          change={(roles, typed) => setGrant({ roles, units: typed })}
        />
        <DoButton
          disabled={name.trim() === "" || login.trim() === "" || grant.roles.length === 0 || units.length === 0}
          act={async () => {
            made(
              await api.call("POST /v1/staff", {
                key,
                body: { full_name: tidyLine(name), login_name: login.trim(), roles: grant.roles, units },
              }),
            );
            setName("");
            setLogin("");
            setKey(newId());
          }}
        >
          {t("person_make")}
        </DoButton>
      </div>
    </details>
  );
}

interface PersonProps {
  readonly person: StaffView;
  readonly coded: (person: StaffWithCode) => void;
  readonly changed: () => void;
}

function Person({ person, coded, changed }: PersonProps) {
  const t = useWords();
  const staff = useStaff();
  return (
    <>
      <div class="row">
        <span class="whom">
          <strong>{person.full_name}</strong>
          <span class="where">{`${person.login_name} · ${person.units.join(", ")}`}</span>
        </span>
        <span class="marks">
          {person.roles.map((role) => (
            <span key={role} class="mark info">
              {t(`role_${role}`)}
            </span>
          ))}
          {person.deactivated_at && <span class="mark bad">{t("person_closed")}</span>}
          {!person.deactivated_at && !person.has_password && <span class="mark wait">{t("person_not_yet")}</span>}
          {person.second_factor && <span class="mark good">{t("second_factor")}</span>}
        </span>
        {person.last_sign_in_at && (
          <span class="where">{t("person_last", { time: writtenMoment(person.last_sign_in_at) })}</span>
        )}
        {may(staff, "GET /v1/staff-acts") && (
          <Link to={`log?login_name=${encodeURIComponent(person.login_name)}`} class="small-button">
            {t("person_log")}
          </Link>
        )}
      </div>
      {!person.deactivated_at && (
        <details>
          <summary>{t("person_change")}</summary>
          <ChangePerson person={person} coded={coded} changed={changed} />
        </details>
      )}
    </>
  );
}

function ChangePerson({ person, coded, changed }: PersonProps) {
  const t = useWords();
  const { api } = useOffice();
  const params = { staff_id: person.staff_id };
  const [grant, setGrant] = useState({ roles: person.roles, units: person.units.join(", ") });
  return (
    <div class="inline">
      <GrantFields roles={grant.roles} units={grant.units} change={(roles, units) => setGrant({ roles, units })} />
      <div class="buttons">
        <DoButton
          act={async () => {
            await api.call("POST /v1/staff/{staff_id}/roles", {
              params,
              body: { roles: grant.roles, units: unitsIn(grant.units) },
            });
            changed();
          }}
        >
          {t("person_grant")}
        </DoButton>
        <DoButton
          class="small-button"
          act={async () =>
            coded(await api.call("POST /v1/staff/{staff_id}/password-reset", { params, body: { second_factor: true } }))
          }
        >
          {t("person_reset")}
        </DoButton>
        <DoButton
          class="small-button"
          act={async () => {
            await api.call("POST /v1/staff/{staff_id}/sessions-revocation", { params });
            changed();
          }}
        >
          {t("person_sign_out")}
        </DoButton>
        <WithReason
          label={t("person_close")}
          explain={t("person_close_explain")}
          field={t("reason")}
          usual={t("person_close_reason")}
          act={async (reason) => {
            await api.call("POST /v1/staff/{staff_id}/deactivation", { params, body: { reason } });
            changed();
          }}
        />
      </div>
    </div>
  );
}
