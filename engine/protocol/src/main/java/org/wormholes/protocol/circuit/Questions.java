package org.wormholes.protocol.circuit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.protocol.wire.WireReader;
import org.wormholes.protocol.wire.WireWriter;

/// The names that a client asks an exit to resolve, at either end: which questions are open, and
/// which messages wait to be sent.
final class Questions {
  /// The answer to one question.
  record Answer(Reason reason, List<Host> addresses, Duration timeToLive) {}

  private static final Duration MAX_TIME_TO_LIVE = Duration.ofDays(7);
  private static final int LONGEST = Message.HEADER + 6 + 17 * Message.MAX_ADDRESSES;

  private final Set<Integer> open = new HashSet<>();
  private final ArrayDeque<byte[]> outgoing = new ArrayDeque<>();
  private int lastAsked;

  boolean isEmpty() {
    return outgoing.isEmpty();
  }

  /// Client: queues a question and returns its number, or -1 when too many are open.
  int ask(Host.Name name, int family) {
    if (open.size() >= CircuitLimits.MAX_RESOLVES) {
      return -1;
    }
    lastAsked = lastAsked == Integer.MAX_VALUE ? 1 : lastAsked + 1;
    open.add(lastAsked);
    int length = 1 + name.name().length();
    queue(head(Message.RESOLVE, length, lastAsked).u8(family).text(name.name()));
    return lastAsked;
  }

  /// Exit: notes a question that came.
  void onAsked(int query) throws WireException {
    if (open.size() >= CircuitLimits.MAX_RESOLVES || !open.add(query)) {
      throw new WireException("question " + query + " is one too many");
    }
  }

  /// Exit: queues an answer, if the question is open.
  void answer(int query, Reason reason, List<Host> addresses, Duration timeToLive) {
    if (!open.remove(query)) {
      return;
    }
    List<Host> sent = addresses.stream().limit(Message.MAX_ADDRESSES).toList();
    int length = 6 + sent.stream().mapToInt(host -> host instanceof Host.Ip4 ? 5 : 17).sum();
    WireWriter out = head(Message.RESOLVED, length, query).u8(reason.code());
    out.u32(Math.clamp(timeToLive.toSeconds(), 0, MAX_TIME_TO_LIVE.toSeconds())).u8(sent.size());
    for (Host host : sent) {
      switch (host) {
        case Host.Ip4 ip -> out.u8(4).bytes(ip.bytes());
        case Host.Ip6 ip -> out.u8(6).bytes(ip.bytes());
        case Host.Name name -> throw new IllegalArgumentException("an answer holds addresses");
      }
    }
    queue(out);
  }

  /// Client: reads an answer.
  Answer onAnswer(int query, WireReader in) throws WireException {
    if (!open.remove(query)) {
      throw new WireException("answer to question " + query + ", which was not asked");
    }
    Reason reason = Reason.of(in.u8());
    Duration timeToLive = Duration.ofSeconds(in.u32());
    int count = in.u8();
    if (count > Message.MAX_ADDRESSES || (reason == Reason.DONE) != (count > 0)) {
      throw new WireException("answer with " + count + " addresses and reason " + reason);
    }
    List<Host> addresses = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      addresses.add(address(in));
    }
    in.end();
    return new Answer(reason, addresses, timeToLive);
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
    outgoing.add(message.toArray());
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
    }
    return at;
  }

  /// The circuit ended: takes out the numbers of the open questions.
  List<Integer> clear() {
    List<Integer> left = List.copyOf(open);
    open.clear();
    outgoing.clear();
    return left;
  }
}
