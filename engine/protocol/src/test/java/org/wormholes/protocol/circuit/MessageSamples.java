package org.wormholes.protocol.circuit;

import java.util.List;
import org.wormholes.protocol.wire.Bytes;

/// One message of every type, written out by hand from `spec/protocol/circuit.md`, and the other
/// way into the golden file `spec/vectors/circuit/messages.txt`.
final class MessageSamples {
  /// A message and what it is.
  record Sample(String name, String hex) {
    byte[] bytes() {
      return Bytes.ofHex(hex.replace(" ", "")).toArray();
    }
  }

  private static final String KEY = "000102030405060708090a0b0c0d0e0f";

  private MessageSamples() {}

  static List<Sample> all() {
    return List.of(
        new Sample(
            "begin-name",
            "01 00 0028 00000001 "
                + KEY
                + " 01 0000000000040000 03 01bb 0b 6578616d706c652e6f7267"),
        new Sample(
            "begin-ip4-again",
            "01 01 0020 00000001 " + KEY + " 01 0000000000040000 01 0050 c0000207"),
        new Sample(
            "begin-ip6",
            "01 00 002c 00000001 "
                + KEY
                + " 01 0000000000040000 02 0016 20010db8000000000000000000000001"),
        new Sample(
            "begin-part",
            "01 00 0032 00000001 "
                + KEY
                + " 02 0000000000040000 "
                + "101112131415161718191a1b1c1d1e1f 01 03 01 0050 c0000207"),
        new Sample("connected", "02 00 0001 00000001 04"),
        new Sample("refused", "03 00 0001 00000001 02"),
        new Sample("reset", "04 00 0001 00000001 0a"),
        new Sample("data", "05 00 000d 00000001 0000000000000000 68656c6c6f"),
        new Sample("data-limited", "05 01 000a 00000001 0000000000000005 2121"),
        new Sample("fin", "06 00 0008 00000001 0000000000000007"),
        new Sample("ack", "07 00 0010 00000001 0000000000000008 0000000000040007"),
        new Sample("resume", "08 00 0020 00000001 " + KEY + " 0000000000000007 0000000000040007"),
        new Sample("resumed", "09 00 0010 00000001 0000000000000007 0000000000040007"),
        new Sample("circuit-ack", "10 00 000c 00000000 0000000000000001 000003e8"),
        new Sample("ping", "11 00 0008 00000000 0000000000000001"),
        new Sample("pong", "12 00 0008 00000000 0000000000000001"),
        new Sample("close", "13 00 0001 00000000 0f"),
        new Sample("datagram-open", "20 00 0000 00000001"),
        new Sample("datagram", "21 00 000b 00000001 01 0035 c0000235 01020304"),
        new Sample("datagram-close", "22 00 0001 00000001 00"),
        new Sample("resolve", "30 00 000c 00000001 00 6578616d706c652e6f7267"),
        new Sample(
            "resolved",
            "31 00 001c 00000001 00 0000003c 02 04 c0000207 06 20010db8000000000000000000000009"),
        new Sample("resolved-none", "31 00 0006 00000001 00 0000012c 00"),
        new Sample("resolved-not", "31 00 0006 00000001 07 00000e10 00"),
        new Sample("ask", "32 00 000e 00000002 00 000f 6578616d706c652e6f7267"),
        new Sample("ask-root-signed", "32 00 0003 00000003 01 0030"),
        new Sample(
            "answer",
            "33 00 0037 00000002 00 00000e10 0000 8180 0001 0001 0000 0000"
                + " 07 6578616d706c65 03 6f7267 00 000f 0001"
                + " c00c 000f 0001 00000e10 0009 000a 04 6d61696c c00c"),
        new Sample("answer-not", "33 00 0005 00000003 06 00000000"));
  }
}
