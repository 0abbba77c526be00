/**
 * Dates of certificates: `kubeadm certs check-expiration` (kubernetes cmd/kubeadm/app/cmd/certs.go; before 1.20 it was
 * `kubeadm alpha certs …`) and `openssl x509 -subject -issuer -dates` or `-text`.
 *
 *     CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED
 *     apiserver                  Mar 02, 2027 11:46 UTC   <invalid>       ca                      no
 *
 *     subject=CN = kube-apiserver
 *     notBefore=Mar  2 11:46:20 2026 GMT
 *     notAfter=Mar  2 11:46:20 2027 GMT
 */
import type { CertificateFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import type { TimeReading } from "../model/time.ts";
import { MINUTE, SECOND } from "../model/time.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign } from "./_path-error.ts";
import { civil, monthOf } from "./_time.ts";

const HEADER = /^(CERTIFICATE(?: AUTHORITY)?)\s{2,}EXPIRES\s+RESIDUAL TIME\b/;
const ROW =
  /^!?\s*([\w.-]{1,80})\s+([A-Z][a-z]{2}) (\d\d), (\d{4}) (\d\d):(\d\d) UTC\s+(<invalid>|\d+[smhdy]\S*)(?:\s+(\S+))?/;
const MISSING = /^!MISSING!\s/;
/** kubeadm's notes around its tables. */
const NOTE = /^\[check-expiration\] (?:Reading configuration|FYI|Use 'kubeadm)/;
const SUBJECT = /^\s*(subject|issuer)\s?[=:]\s*(.{1,400})$/i;
const DATE =
  /^\s*(?:notBefore|notAfter|Not Before|Not After ?)\s?[=:]\s*([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4}) GMT$/;
const FILE = /(?:^|\s)-in\s+['"]?([^\s'"]+)/;

function dateOf(text: string): TimeReading | null {
  const match = DATE.exec(text);
  if (!match) return null;
  const [, month = "", day, hour, minute, second, year] = match;
  const stated = civil(Number(year), monthOf(month), Number(day), Number(hour), Number(minute), Number(second));
  return { stated, clock: "utc", precision: SECOND };
}

class Certificates implements LineReader {
  readonly #context: ParseContext;
  readonly #path: string | null;
  #authorities = false;
  #open: CertificateFact | null = null;
  #line: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#path = FILE.exec(context.command ?? "")?.[1] ?? null;
  }

  line(line: Line): void {
    const text = line.text.trimEnd();
    const header = HEADER.exec(text)?.[1];
    const row = ROW.exec(text);
    const name = SUBJECT.exec(text);
    const date = dateOf(text);
    if (header !== undefined) this.#authorities = header.endsWith("AUTHORITY");
    else if (row) this.#row(row, line);
    else if (date) this.#date(/notBefore|Not Before/.test(text), date, line);
    else if (name) this.#name(name[1]?.toLowerCase() === "issuer", name[2] ?? "", line);
    else if (!NOTE.test(text) && !MISSING.test(text)) emitForeign(line, this.#context.sink, "a certificate's date");
  }

  #row(row: RegExpExecArray, line: Line): void {
    const [, name = "", month = "", day, year, hour, minute, residual, issuer = null] = row;
    const stated = civil(Number(year), monthOf(month), Number(day), Number(hour), Number(minute), 0);
    const fact: CertificateFact = {
      name,
      path: null,
      subject: null,
      issuer: this.#authorities ? null : issuer,
      notBefore: null,
      notAfter: { stated, clock: "utc", precision: MINUTE },
      authority: this.#authorities,
      invalid: residual === "<invalid>",
    };
    this.#context.sink.fact("certificate", name, fact, line);
  }

  #current(line: Line): CertificateFact {
    const name = this.#path?.split("/").at(-1) ?? "";
    this.#line = line;
    this.#open ??= {
      name,
      path: this.#path,
      subject: null,
      issuer: null,
      notBefore: null,
      notAfter: null,
      authority: false,
      invalid: false,
    };
    return this.#open;
  }

  #date(before: boolean, date: TimeReading, line: Line): void {
    const fact = this.#current(line);
    if (before) fact.notBefore = date;
    else fact.notAfter = date;
    if (!before) this.#flush();
  }

  /** `openssl x509 -text` names the issuer first and the subject after the dates. */
  #name(issuer: boolean, value: string, line: Line): void {
    const fact = this.#current(line);
    if (issuer) fact.issuer = value;
    else fact.subject = value;
  }

  #flush(): void {
    const fact = this.#open;
    if (fact?.notAfter && this.#line) {
      fact.name ||= /CN ?= ?([^,/]{1,80})/.exec(fact.subject ?? "")?.[1]?.trim() ?? "a certificate";
      fact.authority = fact.subject !== null && fact.subject === fact.issuer;
      this.#context.sink.fact("certificate", fact.path ?? fact.name, fact, this.#line);
    }
    this.#open = null;
  }

  end(): void {
    this.#flush();
  }
}

const source: SourceParser = {
  id: "certificate-dates",
  title: "dates of certificates (kubeadm, openssl)",
  kinds: ["certificate-dates"],
  command: /^(?:kubeadm (?:alpha )?certs? check-expiration|openssl x509)\b/,
  sniff: (head) => {
    if (head.some((text) => HEADER.test(text)) && head.some((text) => ROW.test(text))) return 0.97;
    const dates = head.filter((text) => dateOf(text.trimEnd()) !== null);
    return dates.length > 0 && head.length <= dates.length * 4 ? 0.9 : 0;
  },
  open: (context) => new Certificates(context),
  samples: [
    {
      name: "kubeadm's tables, after a prompt that was not recognised",
      command: "kubeadm certs check-expiration",
      lines: [
        "[check-expiration] Reading configuration from the cluster...",
        "CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED",
        "admin.conf                 Mar 02, 2026 11:46 UTC   <invalid>       ca                      no",
        "apiserver                  Mar 02, 2027 11:46 UTC   364d            ca                      no",
        "!MISSING! etcd-server",
        "",
        "CERTIFICATE AUTHORITY   EXPIRES                  RESIDUAL TIME   EXTERNALLY MANAGED",
        "ca                      Feb 28, 2036 11:46 UTC   9y              no",
        "error: something else",
      ],
      events: 1,
      facts: 3,
    },
    {
      name: "openssl, of one file",
      command: "openssl x509 -noout -subject -issuer -dates -in /etc/kubernetes/pki/apiserver.crt",
      lines: [
        "subject=CN = kube-apiserver",
        "issuer=CN = kubernetes",
        "notBefore=Mar  2 11:46:20 2026 GMT",
        "notAfter=Mar  2 11:46:20 2027 GMT",
      ],
      events: 0,
      facts: 1,
    },
    {
      name: "openssl, the end only",
      lines: ["notAfter=Mar 12 01:02:03 2027 GMT"],
      events: 0,
      facts: 1,
    },
  ],
};

export default bounded(source);
