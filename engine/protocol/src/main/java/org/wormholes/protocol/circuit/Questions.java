package org.wormholes.protocol.circuit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// What a client asks an exit about names, at either end: which questions are open, and which
/// messages wait to be sent.
final class Questions {
  /// The addresses of one name.
  record Addresses(Reason reason, List<Host> addresses, Duration timeToLive) {}

  /// The records of one name, as a message of DNS.
  record Records(Reason reason, Bytes message, Duration timeToLive) {}

  /// What a question asks for, and so what may answer it.
  private enum Kind {
    ADDRESSES,
    RECORDS
  }

  private static final Duration MAX_TIME_TO_LIVE = Duration.ofDays(1);
  private static final int LONGEST =
      Message.HEADER + Message.ANSWER_FIXED + CircuitLimits.MAX_DATAGRAM;

  private final MemoryAccount account;
  private final Map<Integer, Kind> open = new HashMap<>();
  private final ArrayDeque<byte[]> outgoing = new ArrayDeque<>();
  private int lastAsked;

  Questions(MemoryAccount account) {
    this.account = account;
  }

  boolean isEmpty() {
    return outgoing.isEmpty();
  }

  /// The size of the message to be sent next, 0 for none.
  int nextBytes() {
    byte[] next = outgoing.peek();
    return next == null ? 0 : next.length;
  }

  /// Client: queues a question for addresses and returns its number, or -1 when too many are open.
  int ask(Host.Name name, int family) {
    int query = open(Kind.ADDRESSES);
    if (query > 0) {
      int length = 1 + name.name().length();
      queue(head(Message.RESOLVE, length, query).u8(family).text(name.name()));
    }
    return query;
  }

  /// Client: queues a question for records and returns its number, or -1 when too many are open.
  int ask(NameQuestion question) {
    int query = open(Kind.RECORDS);
    if (query > 0) {
      int length = Message.ASK_FIXED + question.name().length();
      queue(
          head(Message.ASK, length, query)
              .u8(question.signed() ? Message.SIGNED : 0)
              .u16(question.type())
              .text(question.name()));
    }
    return query;
  }

  private int open(Kind kind) {
    if (open.size() >= CircuitLimits.MAX_RESOLVES) {
      return -1;
    }
    lastAsked = lastAsked == Integer.MAX_VALUE ? 1 : lastAsked + 1;
    open.put(lastAsked, kind);
    return lastAsked;
  }

  /// Exit: notes a question for addresses that came.
  void onResolve(int query) throws WireException {
    onAsked(query, Kind.ADDRESSES);
  }

  /// Exit: reads a question for records that came.
  NameQuestion onAsk(int query, byte[] array, int body, int length) throws WireException {
    WireReader in = new WireReader(array, body, Message.ASK_FIXED);
    int flags = in.u8();
    int type = in.u16();
    int nameLength = length - Message.ASK_FIXED;
    String name =
        nameLength == 0
            ? ""
            : TargetCodec.readName(array, body + Message.ASK_FIXED, nameLength).name();
    if ((flags & ~Message.SIGNED) != 0 || type == 0) {
      throw new WireException("question of type " + type + " with flags " + flags);
    }
    onAsked(query, Kind.RECORDS);
    return new NameQuestion(name, type, flags == Message.SIGNED);
  }

  private void onAsked(int query, Kind kind) throws WireException {
    if (open.size() >= CircuitLimits.MAX_RESOLVES || open.putIfAbsent(query, kind) != null) {
      throw new WireException("question " + query + " is one too many");
    }
  }

  /// Exit: queues the answer to a question for addresses, if it is open.
  void answer(int query, Reason reason, List<Host> addresses, Duration timeToLive) {
    if (!open.remove(query, Kind.ADDRESSES)) {
      return;
    }
    List<Host> sent = addresses.stream().limit(Message.MAX_ADDRESSES).toList();
    int length = 6 + sent.stream().mapToInt(host -> host instanceof Host.Ip4 ? 5 : 17).sum();
    WireWriter out = head(Message.RESOLVED, length, query).u8(reason.code());
    out.u32(seconds(timeToLive)).u8(sent.size());
    for (Host host : sent) {
      switch (host) {
        case Host.Ip4 ip -> out.u8(4).bytes(ip.bytes());
        case Host.Ip6 ip -> out.u8(6).bytes(ip.bytes());
        case Host.Name name -> throw new IllegalArgumentException("an answer holds addresses");
      }
    }
    queue(out);
  }

  /// Exit: queues the answer to a question for records, if it is open.
  ///
  /// @param message empty unless the reason is `DONE`
  void answer(int query, Reason reason, byte[] message, Duration timeToLive) {
    if (open.remove(query, Kind.RECORDS)) {
      int length = Message.ANSWER_FIXED + message.length;
      queue(
          head(Message.ANSWER, length, query)
              .u8(reason.code())
              .u32(seconds(timeToLive))
              .bytes(message));
    }
  }

  /// Exit: queues the answer to any question that there is none.
  void fail(int query, Reason reason, Duration timeToLive) {
    answer(query, reason, List.of(), timeToLive);
    answer(query, reason, new byte[0], timeToLive);
  }

  private static long seconds(Duration timeToLive) {
    return Math.clamp(timeToLive.toSeconds(), 0, MAX_TIME_TO_LIVE.toSeconds());
  }

  /// Client: reads the addresses that answer a question.
  Addresses onAddresses(int query, WireReader in) throws WireException {
    onAnswer(query, Kind.ADDRESSES);
    Reason reason = Reason.of(in.u8());
    Duration timeToLive = timeToLive(in);
    int count = in.u8();
    // circuit.md, "Names": "RESOLVED has addresses only if its reason is 0."
    if (count > Message.MAX_ADDRESSES || (reason != Reason.DONE && count > 0)) {
      throw new WireException("answer with " + count + " addresses and reason " + reason);
    }
    List<Host> addresses = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      addresses.add(address(in));
    }
    in.end();
    return new Addresses(reason, addresses, timeToLive);
  }

  /// Client: reads the records that answer a question.
  Records onRecords(int query, WireReader in) throws WireException {
    onAnswer(query, Kind.RECORDS);
    Reason reason = Reason.of(in.u8());
    Duration timeToLive = timeToLive(in);
    if ((reason == Reason.DONE) != (in.remaining() > 0)) {
      throw new WireException("answer of " + in.remaining() + " bytes and reason " + reason);
    }
    return new Records(reason, Bytes.of(in.bytes(in.remaining())), timeToLive);
  }

  private void onAnswer(int query, Kind kind) throws WireException {
    if (!open.remove(query, kind)) {
      throw new WireException("answer to question " + query + ", which was not asked");
    }
  }

  private static Duration timeToLive(WireReader in) throws WireException {
    return Duration.ofSeconds(Math.min(in.u32(), MAX_TIME_TO_LIVE.toSeconds()));
  }

  private static Host address(WireReader in) throws WireException {
    int family = in.u8();
    return switch (family) {
      case 4 -> Host.of(in.bytes(4));
      case 6 -> Host.of(in.bytes(16));
      default -> throw new WireException("address family must be 4 or 6, was " + family);
    };
  }

  private static WireWriter head(int type, int length, int query) {
    return new WireWriter(LONGEST).u8(type).u8(0).u16(length).i32(query);
  }

  private void queue(WireWriter message) {
    byte[] bytes = message.toArray();
    account.charge(bytes.length);
    outgoing.add(bytes);
  }

  /// Writes those queued messages that fit before `end` and returns where they end.
  int write(byte[] array, int start, int end) {
    int at = start;
    for (byte[] next = outgoing.peek();
        next != null && next.length <= end - at;
        next = outgoing.peek()) {
      System.arraycopy(next, 0, array, at, next.length);
      at += next.length;
      outgoing.remove();
      account.release(next.length);
    }
    return at;
  }

  /// The circuit ended: takes out the numbers of the open questions.
  List<Integer> clear() {
    List<Integer> left = List.copyOf(open.keySet());
    open.clear();
    outgoing.forEach(message -> account.release(message.length));
    outgoing.clear();
    return left;
  }
}
