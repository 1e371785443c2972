package org.wormholes.rules.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/// One record's way to and from canonical bytes, written by hand in two functions. The writer
/// writes its head; the reader finds its head read.
final class NodeSerializer<T> extends Serializer<T> {
  interface Writer<T> {
    void write(RuleOutput out, T value);
  }

  interface Reader<T> {
    T read(RuleInput in);
  }

  private final Writer<T> writer;
  private final Reader<T> reader;

  private NodeSerializer(Writer<T> writer, Reader<T> reader) {
    super(false, true);
    this.writer = writer;
    this.reader = reader;
  }

  static <T> void register(Kryo kryo, int kind, Class<T> type, Writer<T> writer, Reader<T> reader) {
    kryo.register(type, new NodeSerializer<>(writer, reader), kind);
  }

  @Override
  public void write(Kryo kryo, Output output, T value) {
    writer.write((RuleOutput) output, value);
  }

  @Override
  public T read(Kryo kryo, Input input, Class<? extends T> type) {
    return reader.read((RuleInput) input);
  }
}
