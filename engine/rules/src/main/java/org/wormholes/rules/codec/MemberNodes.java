package org.wormholes.rules.codec;

import static org.wormholes.rules.codec.NodeSerializer.register;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import java.util.List;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.AddressSet;
import org.wormholes.rules.expr.DomainSet;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Members;
import org.wormholes.rules.expr.QuantitySet;
import org.wormholes.rules.expr.QuantitySet.Span;
import org.wormholes.rules.expr.TextSet;
import org.wormholes.rules.expr.Type;

/// The bytes of constant sets: rules.md 4.2.
final class MemberNodes {
  private MemberNodes() {}

  static void registerAll(Kryo kryo) {
    register(
        kryo,
        Kinds.MEMBER,
        Expr.Member.class,
        (out, node) -> {
          out.head(Kinds.MEMBER, 0, 0);
          out.node(node.value());
          out.node(node.members());
        },
        in -> {
          in.plain();
          Expr value = in.node(Expr.class);
          return new Expr.Member(value, in.node(Members.class));
        });
    register(
        kryo,
        Kinds.TEXT_SET,
        TextSet.class,
        (out, set) -> out.bytes(Kinds.TEXT_SET, 0, set.bytes()),
        in -> {
          noDetail(in);
          return TextSet.ofBytes(in.bytes());
        });
    register(
        kryo, Kinds.QUANTITY_SET, QuantitySet.class, MemberNodes::write, MemberNodes::readAmounts);
    register(
        kryo,
        Kinds.DOMAIN_SET,
        DomainSet.class,
        (out, set) -> out.bytes(Kinds.DOMAIN_SET, 0, set.bytes()),
        in -> {
          noDetail(in);
          return DomainSet.ofBytes(in.bytes());
        });
    register(
        kryo, Kinds.ADDRESS_SET, AddressSet.class, MemberNodes::write, MemberNodes::readAddresses);
  }

  private static void write(RuleOutput out, QuantitySet set) {
    out.head(Kinds.QUANTITY_SET, set.type().id(), set.size());
    for (Span span : set.spans()) {
      out.writeDouble(span.low());
      out.writeDouble(span.high());
      out.writeLong(span.includesHigh() ? 1 : 0);
    }
  }

  private static QuantitySet readAmounts(RuleInput in) {
    Type type = ExprNodes.type(in.detail());
    Span[] spans = new Span[in.checkedCount(24)];
    for (int i = 0; i < spans.length; i++) {
      double low = ExprNodes.amount(in);
      double high = ExprNodes.amount(in);
      long includesHigh = in.readLong();
      if (includesHigh >>> 1 != 0) {
        throw new KryoException("a flag must be 0 or 1");
      }
      spans[i] = new Span(low, high, includesHigh == 1);
    }
    return QuantitySet.ofSorted(type, List.of(spans));
  }

  private static void write(RuleOutput out, AddressSet set) {
    out.head(Kinds.ADDRESS_SET, 0, set.size());
    out.writeInt(set.ipv4Size());
    out.writeInt(0);
    for (int i = 0; i < set.ipv4Size(); i++) {
      long range = set.ipv4Range(i);
      out.writeInt((int) (range >>> 8));
      out.writeInt((int) (range & 0xff));
    }
    for (int i = set.ipv4Size(); i < set.size(); i++) {
      AddressRange range = set.range(i);
      out.writeLong(range.first().high());
      out.writeLong(range.first().low());
      out.writeLong(range.prefixBits());
    }
  }

  private static AddressSet readAddresses(RuleInput in) {
    noDetail(in);
    int size = in.checkedCount(8);
    int short4 = in.readInt();
    in.zero();
    if (short4 < 0 || short4 > size || 8L * short4 + 24L * (size - short4) > in.left()) {
      throw new KryoException("a count is beyond the bytes left");
    }
    int[] starts = new int[short4];
    byte[] prefixes = new byte[short4];
    for (int i = 0; i < short4; i++) {
      starts[i] = in.readInt();
      prefixes[i] = (byte) prefix(in.readInt(), 32);
    }
    long[] halves = new long[2 * (size - short4)];
    byte[] longPrefixes = new byte[size - short4];
    for (int i = 0; i < longPrefixes.length; i++) {
      halves[2 * i] = in.readLong();
      halves[2 * i + 1] = in.readLong();
      longPrefixes[i] = (byte) prefix(in.readLong(), 128);
    }
    return AddressSet.ofSorted(starts, prefixes, halves, longPrefixes);
  }

  private static long prefix(long bits, int most) {
    if (bits < 0 || bits > most) {
      throw new KryoException("a prefix must be 0..%d bits".formatted(most));
    }
    return bits;
  }

  private static void noDetail(RuleInput in) {
    if (in.detail() != 0) {
      throw new KryoException("a set must have detail 0");
    }
  }
}
