package org.wormholes.rules.codec;

import static org.wormholes.rules.codec.NodeSerializer.register;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Publication;
import org.wormholes.rules.codec.ExprNodes.ById;

/// The bytes of gateways: rules.md 3.3.
final class GatewayNodes {
  private static final ById<Gateway.Kind> KINDS =
      new ById<>(Gateway.Kind.values(), Gateway.Kind::id);

  private GatewayNodes() {}

  static void registerAll(Kryo kryo) {
    register(kryo, Kinds.GATEWAY, Gateway.class, GatewayNodes::write, GatewayNodes::read);
    register(
        kryo,
        Kinds.SERVER,
        Gateway.Server.class,
        (out, server) -> {
          out.head(Kinds.SERVER, 0, server.port());
          out.text(server.host());
          out.text(server.user());
          out.text(server.password());
        },
        in -> {
          in.noDetail();
          int port = in.count();
          String host = EntryNodes.plainHost(in);
          String user = in.text();
          return new Gateway.Server(host, port, user, in.text());
        });
  }

  private static void write(RuleOutput out, Gateway gateway) {
    out.head(Kinds.GATEWAY, gateway.kind().id(), gateway.through().isPresent() ? 1 : 0);
    out.text(gateway.name());
    out.optional(gateway.server());
    gateway.through().ifPresent(out::text);
    out.list(gateway.entries());
    out.node(gateway.isolation());
    gateway
        .peers()
        .ifPresent(peers -> {
          out.text(peers.network());
          out.list(peers.published());
        });
  }

  private static Gateway read(RuleInput in) {
    in.isOf(Formats.THIRD);
    Gateway.Kind kind = KINDS.of(in.detail());
    if (in.count() != 0 && in.count() != 1) {
      throw new KryoException("a gateway is reached through one thing at most");
    }
    boolean led = in.count() == 1;
    String name = in.text();
    Optional<Gateway.Server> server = in.optional(Gateway.Server.class);
    Optional<String> through = led ? Optional.of(in.text()) : Optional.empty();
    List<Entry> entries = in.list(Entry.class);
    Isolation isolation = in.node(Isolation.class);
    Optional<Gateway.Peers> peers = Optional.empty();
    if (kind == Gateway.Kind.PEERS) {
      in.isOf(Formats.FOURTH);
      String network = in.text();
      peers = Optional.of(new Gateway.Peers(network, in.list(Publication.class)));
    }
    return new Gateway(name, kind, server, through, entries, isolation, peers);
  }
}
