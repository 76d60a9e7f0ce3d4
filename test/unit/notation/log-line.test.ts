import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readLogLine } from '../../../server/src/core/notation/log-line.ts';
import { printPacket } from '../../../server/src/core/notation/print.ts';

function notation(line: string): string {
  const read = readLogLine(line);
  return read.ok ? printPacket(read.packet) : read.message;
}

const CORPUS = fileURLToPath(new URL('../../../../shared/corpus/log_lines.jsonl', import.meta.url));

describe('kernel LOG lines', () => {
  it('become packets', () => {
    const cases: Readonly<Record<string, string>> = {
      'Jun  8 14:34:33 host kernel: [50028442.088484] blocked: IN=eth0 OUT= MAC=00:11:22:33:44:55:66:77:88:99:aa:bb:08:00 SRC=192.0.2.7 DST=198.51.100.3 LEN=40 TOS=0x08 PREC=0x20 TTL=245 ID=37308 PROTO=TCP SPT=8080 DPT=8123 WINDOW=1024 RES=0x00 SYN URGP=0':
        'tcp 192.0.2.7:8080 -> 198.51.100.3:8123 in=eth0 flags=SYN tos=0x28 ttl=245 length=40 mac=66:77:88:99:aa:bb',
      'FWD IN=eth0 OUT=eth1 SRC=192.0.2.7 DST=10.0.0.5 LEN=76 TOS=0x00 PREC=0x00 TTL=63 ID=0 DF PROTO=UDP SPT=4000 DPT=53 LEN=56 MARK=0x2f': 'udp 192.0.2.7:4000 -> 10.0.0.5:53 in=eth0 out=eth1 mark=0x2f ttl=63 length=76',
      'IN= OUT=eth0 SRC=10.0.0.1 DST=192.0.2.7 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=1 PROTO=ICMP TYPE=8 CODE=0 ID=2158 SEQ=1 UID=1000 GID=100': 'icmp 10.0.0.1 -> 192.0.2.7 out=eth0 type=8/0 id=2158 length=84 uid=1000 gid=100',
      'IN=eth0 OUT= SRC=2001:0db8:0000:0000:0000:0000:0000:0001 DST=2001:0db8:0000:0000:0000:0000:0000:0002 LEN=60 TC=16 HOPLIMIT=64 FLOWLBL=0 PROTO=TCP SPT=1 DPT=22 WINDOW=1 RES=0x00 ACK PSH URGP=0':
        'tcp [2001:db8::1]:1 -> [2001:db8::2]:22 in=eth0 flags=PSH,ACK tos=0x10 length=60',
      'IN=eth0 OUT= SRC=192.0.2.7 DST=10.0.0.5 LEN=20 TOS=0x00 PREC=0x00 TTL=42 ID=54361 MF FRAG:185 PROTO=247': '247 192.0.2.7 -> 10.0.0.5 in=eth0 ttl=42 length=20 fragment=1480+',
      'IN=eth0 OUT= SRC=192.0.2.7 DST=10.0.0.5 LEN=56 TOS=0x00 PREC=0x00 TTL=60 ID=2 PROTO=ICMP TYPE=3 CODE=3 [SRC=10.0.0.5 DST=192.0.2.7 LEN=28 TOS=0x00 PREC=0x00 TTL=64 ID=7 PROTO=UDP SPT=4000 DPT=53 LEN=8 ]':
        'icmp 192.0.2.7 -> 10.0.0.5 in=eth0 type=port-unreachable ttl=60 length=56 inner=(udp 10.0.0.5:4000 -> 192.0.2.7:53 length=28)',
    };
    for (const [line, expected] of Object.entries(cases)) assert.equal(notation(line), expected);
  });

  it('tell IPv4 options, which stand in front of the protocol, from those of TCP', () => {
    const told = ['OPT (01010101) PROTO=TCP SPT=1 DPT=2 SYN URGP=0', 'PROTO=TCP SPT=1 DPT=2 SYN URGP=0 OPT (020405B4)'].map((end) => readLogLine(`IN=eth0 OUT= SRC=192.0.2.7 DST=10.0.0.5 LEN=44 TOS=0x00 PREC=0x00 TTL=60 ID=2 ${end}`));
    assert.deepEqual(told.map((read) => read.ok && read.packet.hasOptions), [true, false]);
  });

  it('that are none are told apart', () => {
    assert.match(notation('hello'), /no `IN=`/u);
    assert.match(notation('IN=eth0 OUT= DST=1.1.1.1'), /no `SRC=`/u);
    assert.match(notation('IN=eth0 OUT= SRC=1.1.1 DST=1.1.1.1'), /`SRC=1\.1\.1` is not an address/u);
    assert.match(notation('IN=eth0 OUT= SRC=1.1.1.1 DST=::1'), /different families/u);
  });

  it('of other projects are read', function () {
    if (!existsSync(CORPUS)) {
      console.log('      left out: the corpus of LOG lines is not beside the checkout');
      this.skip();
    }
    const lines = readFileSync(CORPUS, 'utf8').trim().split('\n').map((row) => (JSON.parse(row) as { line: string }).line);
    // What lacks an address, or has one that is none, is no line that the kernel wrote.
    const genuine = lines.filter((line) => /IN=\S* .*SRC=(\d+\.\d+\.\d+\.\d+|[0-9a-f]{1,4}:[0-9a-f:]+) DST=(\d+\.\d+\.\d+\.\d+|[0-9a-f]{1,4}:[0-9a-f:]+)(\s|$)/u.test(line));
    assert.ok(genuine.length > lines.length * 0.8, `${genuine.length} of ${lines.length}`);
    for (const line of genuine) {
      const read = readLogLine(line);
      assert.ok(read.ok, line);
      const said = printPacket(read.packet);
      for (const [key, value] of [['PROTO=TCP', 'tcp '], ['PROTO=UDP', 'udp '], ['PROTO=ICMP ', 'icmp ']] as const) if (line.includes(key) && !line.includes('[SRC')) assert.ok(said.startsWith(value), `${line}\n${said}`);
      const port = / DPT=(\d+)/u.exec(line)?.[1];
      if (port !== undefined && !line.includes('[SRC')) assert.ok(said.includes(`:${port} `) || said.endsWith(`:${port}`), `${line}\n${said}`);
    }
  });
});
