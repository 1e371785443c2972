package org.wormholes.runtime.sniff;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Makes ClientHellos.
record Hello(String name, boolean named, boolean grease, int record) {
  static Hello to(String name) {
    return new Hello(name, true, false, 16_384);
  }

  static Hello nameless() {
    return new Hello("", false, false, 16_384);
  }

  Hello withGrease() {
    return new Hello(name, named, true, record);
  }

  Hello inRecordsOf(int bytes) {
    return new Hello(name, named, grease, bytes);
  }

  byte[] bytes() {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    u16(body, 0x0303);
    body.writeBytes(new byte[32]);
    body.write(32);
    body.writeBytes(new byte[32]);
    vector16(body, new byte[] {0x13, 0x01, 0x13, 0x02});
    body.write(1);
    body.write(0);
    vector16(body, extensions());
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(1);
    message.write(0);
    vector16(message, body.toByteArray());
    return records(message.toByteArray());
  }

  private byte[] extensions() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    if (grease) {
      extension(all, 0x2a2a, new byte[] {1, 2, 3});
      extension(all, 0xfe0d, new byte[200]);
    }
    extension(all, 43, new byte[] {2, 3, 4});
    if (named) {
      ByteArrayOutputStream list = new ByteArrayOutputStream();
      list.write(0);
      vector16(list, name.getBytes(StandardCharsets.ISO_8859_1));
      ByteArrayOutputStream names = new ByteArrayOutputStream();
      vector16(names, list.toByteArray());
      extension(all, 0, names.toByteArray());
    }
    return all.toByteArray();
  }

  private byte[] records(byte[] message) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int at = 0; at < message.length; at += record) {
      stream.write(22);
      u16(stream, 0x0301);
      int size = Math.min(record, message.length - at);
      u16(stream, size);
      stream.write(message, at, size);
    }
    return stream.toByteArray();
  }

  private static void extension(ByteArrayOutputStream out, int type, byte[] content) {
    u16(out, type);
    vector16(out, content);
  }

  private static void vector16(ByteArrayOutputStream out, byte[] content) {
    u16(out, content.length);
    out.writeBytes(content);
  }

  private static void u16(ByteArrayOutputStream out, int value) {
    out.write(value >> 8);
    out.write(value);
  }
}
