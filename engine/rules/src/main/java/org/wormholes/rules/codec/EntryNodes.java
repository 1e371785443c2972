package org.wormholes.rules.codec;

import static org.wormholes.rules.codec.NodeSerializer.register;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Dnssec;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Entry.Listen;
import org.wormholes.rules.TrustAnchor;
import org.wormholes.rules.codec.ExprNodes.ById;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.Host;

/// The bytes of entries: rules.md 3.2.
final class EntryNodes {
  private static final ById<Entry.Dns.Invents> INVENTS =
      new ById<>(Entry.Dns.Invents.values(), Entry.Dns.Invents::id);
  private static final ById<Entry.Dns.Over> OVER =
      new ById<>(Entry.Dns.Over.values(), Entry.Dns.Over::id);

  private EntryNodes() {}

  static void registerAll(Kryo kryo) {
    register(
        kryo,
        Kinds.SOCKS,
        Entry.Socks.class,
        (out, entry) -> {
          out.head(Kinds.SOCKS, entry.udp() ? 1 : 0, entry.listen().port());
          out.text(entry.listen().host());
        },
        in -> {
          boolean udp = in.flag();
          return new Entry.Socks(listen(in), udp);
        });
    register(
        kryo,
        Kinds.HTTP,
        Entry.Http.class,
        (out, entry) -> {
          out.head(Kinds.HTTP, 0, entry.listen().port());
          out.text(entry.listen().host());
        },
        in -> {
          if (in.detail() != 0) {
            throw new KryoException("an HTTP entry must have detail 0");
          }
          return new Entry.Http(listen(in));
        });
    register(
        kryo,
        Kinds.FORWARD,
        Entry.Forward.class,
        (out, entry) -> {
          out.head(Kinds.FORWARD, entry.udp() ? 1 : 0, entry.listen().port());
          out.text(entry.listen().host());
          out.text(entry.host());
          out.writeInt(entry.port());
          out.writeInt(0);
        },
        in -> {
          boolean udp = in.flag();
          Listen listen = listen(in);
          String host = plainHost(in);
          int port = in.readInt();
          in.zero();
          return new Entry.Forward(listen, host, port, udp);
        });
    register(
        kryo,
        Kinds.DNS,
        Entry.Dns.class,
        (out, entry) -> {
          out.head(Kinds.DNS, entry.invents().id(), entry.listen().port());
          out.text(entry.listen().host());
          out.text(entry.addresses4().toString());
          out.text(entry.addresses6().toString());
          out.writeInt(entry.over().id());
          List<TrustAnchor> anchors = entry.dnssec().map(Dnssec::anchors).orElse(List.of());
          out.writeInt(entry.dnssec().isPresent() ? 1 + anchors.size() : 0);
          for (TrustAnchor anchor : anchors) {
            out.text(anchor.zone());
            out.writeInt(anchor.keyTag());
            out.writeInt(anchor.algorithm() << 8 | anchor.digestType());
            out.text(anchor.digest());
          }
        },
        in -> {
          in.isOf(Formats.FOURTH);
          Entry.Dns.Invents invents = INVENTS.of(in.detail());
          Listen listen = listen(in);
          AddressRange four = range(in);
          AddressRange six = range(in);
          Entry.Dns.Over over = OVER.of(in.readInt());
          return new Entry.Dns(listen, over, invents, four, six, dnssec(in));
        });
  }

  private static Optional<Dnssec> dnssec(RuleInput in) {
    int checked = in.readInt();
    if (checked < 0 || checked > 1 + Dnssec.MAX_ANCHORS) {
      throw new KryoException("too many trust anchors: " + checked);
    }
    List<TrustAnchor> anchors = new ArrayList<>();
    for (int i = 1; i < checked; i++) {
      String zone = in.text();
      int keyTag = in.readInt();
      int how = in.readInt();
      anchors.add(new TrustAnchor(zone, keyTag, how >>> 8, how & 255, in.text()));
    }
    return checked == 0 ? Optional.empty() : Optional.of(new Dnssec(anchors));
  }

  /// A range in its plain form.
  private static AddressRange range(RuleInput in) {
    String text = in.text();
    return AddressRange.parse(text)
        .filter(range -> range.toString().equals(text))
        .orElseThrow(() -> new KryoException("a range must be in its plain form"));
  }

  private static Listen listen(RuleInput in) {
    int port = in.count();
    return new Listen(plainHost(in), port);
  }

  /// A host in its plain form; records would turn another form into it.
  static String plainHost(RuleInput in) {
    String host = in.text();
    if (!Host.isPlain(host)) {
      throw new KryoException("a host must be in its plain form");
    }
    return host;
  }
}
