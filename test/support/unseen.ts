const TCP = 'tcp 192.0.2.1:40000 -> 198.51.100.1:80 in=eth0 flags=ACK';

/** Rules whose match asks for what no packet in notation tells, a packet, and what its acceptance depends on. */
export const UNSEEN: readonly (readonly [rule: string, packet: string, question: string])[] = [
  ['-p esp -m esp --espspi 5', 'esp 192.0.2.1 -> 198.51.100.1 in=eth0', 'the SPI of the ESP header is 5'],
  ['-p esp -m esp ! --espspi 5:9', 'esp 192.0.2.1 -> 198.51.100.1 in=eth0', 'not: the SPI of the ESP header is from 5 to 9'],
  ['-p ipcomp -m ipcomp', 'ipcomp 192.0.2.1 -> 198.51.100.1 in=eth0', 'the compression parameter index is 0'],
  ['-p ipcomp -m ipcomp --ipcompspi 65536', 'ipcomp 192.0.2.1 -> 198.51.100.1 in=eth0', 'DROP'],
  ['-p dccp -m dccp --dccp-types REQUEST', 'dccp 192.0.2.1:1 -> 198.51.100.1:2 in=eth0', 'the DCCP type is REQUEST'],
  ['-p sctp -m sctp --chunk-types any INIT', 'sctp 192.0.2.1:1 -> 198.51.100.1:2 in=eth0', 'the packet has one of the chunk types INIT'],
  ['-p tcp -m tcpmss --mss 1400:1500', TCP, 'the packet announces a maximum segment size of 1400:1500'],
  ['-p tcp -m osf --genre Linux', 'tcp 192.0.2.1:40000 -> 198.51.100.1:80 in=eth0 flags=SYN', 'the kernel\'s fingerprints tell the sender for Linux'],
  ['-m string --algo bm --string GET', TCP, 'the packet holds "GET"'],
  ['-m policy --dir in --pol none', TCP, 'not: the packet came out of IPsec'],
  ['-m policy --dir in --pol ipsec --reqid 3', TCP, 'the packet came out of IPsec with --reqid 3'],
  ['-m cpu ! --cpu 1', TCP, 'not: the processor that handles the packet is 1'],
  ['-m devgroup --src-group 1', TCP, 'the incoming interface `eth0` is in the group 0x1'],
  ['-m realm --realm 1', TCP, 'the packet\'s route has the realm 0x1'],
  ['-m socket --transparent', TCP, 'a transparent socket of this host takes the packet at an address of its own'],
  ['-m nfacct --nfacct-name web', TCP, 'the accounting object web has no quota, or has used it up'],
  ['-m time --weekdays Sat,Sun', TCP, 'the day is Sat,Sun'],
  ['-m time --timestart 9:00 --timestop 17:00 --kerneltz', TCP, 'it is between 09:00:00 and 17:00:00 (the kernel\'s time zone)'],
  ['-m u32 --u32 "2&0xFFFF=7"', TCP, 'the bytes of the packet fit "0x2&0xffff=0x7"'],
  ['-m bpf --bytecode "4,40 0 0 4,21 0 1 6,6 0 0 1,6 0 0 0"', TCP, 'the BPF program takes the packet'],
  ['-m connbytes --connbytes 5 --connbytes-dir original --connbytes-mode packets', 'tcp 192.0.2.1:40000 -> 198.51.100.1:80 in=eth0 state=ESTABLISHED', 'conntrack has counted at least 5 packets in the original direction'],
];
