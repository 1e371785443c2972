package org.wormholes.rules.codec;

import static org.wormholes.rules.codec.NodeSerializer.register;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Exit;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.Expectation;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Given;
import org.wormholes.rules.Group;
import org.wormholes.rules.Guard;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Publication;
import org.wormholes.rules.Relays;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Route;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.Shape;
import org.wormholes.rules.Table;
import org.wormholes.rules.Tunnel;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.Via;
import org.wormholes.rules.codec.ExprNodes.ById;
import org.wormholes.rules.expr.Expr;

/// The bytes of rules: rules.md 3.
final class RuleNodes {
  private static final ById<Distinct> DISTINCT = new ById<>(Distinct.values(), Distinct::id);
  private static final ById<Shape> SHAPES = new ById<>(Shape.values(), Shape::id);
  private static final ById<Protocol> PROTOCOLS = new ById<>(Protocol.values(), Protocol::id);
  private static final int EARLY = 1;
  private static final int PUBLISHES = 2;
  private static final int GROUPED = 1; // flags of a ruleset
  private static final int GATED = 2;

  /// Details of a network; 0 is one open to invited nodes, its founders unsaid.
  private static final int OPEN_TO_ANYONE = 1;

  private static final int OPEN_TO_FRIENDS = 2;
  private static final int FOUNDED = 3;
  private static final int WITH_TABLES = 4; // added to the others
  private static final int MORE_IS_GIVEN = 4; // added to the protocol of a flow
  private static final ById<DayOfWeek> DAYS = new ById<>(DayOfWeek.values(), DayOfWeek::getValue);

  private RuleNodes() {}

  static void registerAll(Kryo kryo) {
    register(kryo, Kinds.RULESET, Ruleset.class, RuleNodes::write, RuleNodes::readRuleset);
    register(kryo, Kinds.NETWORK, Network.class, RuleNodes::write, RuleNodes::readNetwork);
    register(kryo, Kinds.TUNNEL, Tunnel.class, RuleNodes::write, RuleNodes::readTunnel);
    register(kryo, Kinds.ROUTE, Route.class, RuleNodes::write, RuleNodes::readRoute);
    register(
        kryo, Kinds.EXPECTATION, Expectation.class, RuleNodes::write, RuleNodes::readExpectation);
    register(kryo, Kinds.FLOW, FlowSample.class, RuleNodes::write, RuleNodes::readFlow);
    registerTunnelParts(kryo);
    register(kryo, Kinds.GIVEN, Given.class, RuleNodes::write, RuleNodes::readGiven);
    EntryNodes.registerAll(kryo);
    GroupNodes.registerAll(kryo);
    GatewayNodes.registerAll(kryo);
    TableNodes.registerAll(kryo);
  }

  private static void write(RuleOutput out, Ruleset ruleset) {
    out.nameTargets(ruleset);
    boolean grouped = !ruleset.groups().isEmpty();
    boolean gated = !ruleset.gateways().isEmpty();
    out.head(Kinds.RULESET, (grouped ? GROUPED : 0) + (gated ? GATED : 0), 0);
    out.text(ruleset.name());
    out.text(ruleset.version());
    out.list(ruleset.networks());
    out.list(ruleset.tunnels());
    if (grouped) {
      out.list(ruleset.groups());
    }
    if (gated) {
      out.list(ruleset.gateways());
    }
    out.list(ruleset.routes());
    out.list(ruleset.expectations());
  }

  private static Ruleset readRuleset(RuleInput in) {
    in.noCount();
    if (in.detail() > GROUPED + GATED) {
      throw new KryoException("unknown flags of a ruleset");
    }
    boolean grouped = (in.detail() & GROUPED) != 0;
    boolean gated = (in.detail() & GATED) != 0;
    if (grouped) {
      in.isOfSecondFormat();
    }
    if (gated) {
      in.isOf(Formats.THIRD);
    }
    String name = in.text();
    String version = in.text();
    List<Network> networks = in.list(Network.class);
    List<Tunnel> tunnels = in.list(Tunnel.class);
    List<Group> groups = grouped ? in.list(Group.class) : List.of();
    if (grouped && groups.isEmpty()) {
      throw new KryoException("a list of groups must have some");
    }
    List<Gateway> gateways = gated ? in.list(Gateway.class) : List.of();
    if (gated && gateways.isEmpty()) {
      throw new KryoException("a list of gateways must have some");
    }
    Verdict.Final[] targets = new Verdict.Final[tunnels.size() + groups.size() + gateways.size()];
    int named = 0;
    for (Tunnel each : tunnels) {
      targets[named++] = new Verdict.To(each.name());
    }
    for (Group each : groups) {
      targets[named++] = new Verdict.To(each.name());
    }
    for (Gateway each : gateways) {
      targets[named++] = new Verdict.To(each.name());
    }
    in.targets(targets);
    List<Route> routes = in.list(Route.class);
    List<Expectation> expectations = in.list(Expectation.class);
    Ruleset read =
        new Ruleset(name, version, networks, tunnels, groups, gateways, routes, expectations);
    if (gated && Formats.hasGatewaysInGroups(read)) {
      in.isOf(Formats.FOURTH);
    }
    return read;
  }

  private static void write(RuleOutput out, Network network) {
    boolean founded = !network.founders().isEmpty();
    int detail =
        switch (network.openTo()) {
          case ANYONE -> OPEN_TO_ANYONE;
          case FRIENDS -> OPEN_TO_FRIENDS;
          case INVITED -> founded ? FOUNDED : 0;
        };
    boolean tables = !network.tables().isEmpty();
    out.head(Kinds.NETWORK, detail + (tables ? WITH_TABLES : 0), 0);
    out.text(network.name());
    out.texts(network.bootstraps());
    if (founded) {
      out.texts(network.founders());
    }
    if (tables) {
      out.list(network.tables());
    }
  }

  private static Network readNetwork(RuleInput in) {
    in.noCount();
    boolean hasTables = in.detail() >= WITH_TABLES;
    int detail = in.detail() - (hasTables ? WITH_TABLES : 0);
    Network.OpenTo open =
        switch (detail) {
          case 0, FOUNDED -> Network.OpenTo.INVITED;
          case OPEN_TO_ANYONE -> Network.OpenTo.ANYONE;
          case OPEN_TO_FRIENDS -> Network.OpenTo.FRIENDS;
          default -> throw new KryoException("unknown flags of a network");
        };
    boolean founded = detail == FOUNDED;
    if (detail > OPEN_TO_ANYONE || hasTables) {
      in.isOf(Formats.FOURTH);
    }
    String name = in.text();
    List<String> bootstraps = in.texts();
    List<String> founders = founded ? in.texts() : List.of();
    List<Table> tables = hasTables ? in.list(Table.class) : List.of();
    if (hasTables && tables.isEmpty()) {
      throw new KryoException("a list of tables must have some");
    }
    Network network = new Network(name, open, founders, bootstraps, tables);
    if (founded == founders.isEmpty() || !network.founders().equals(founders)) {
      throw new KryoException("founders must be in ascending order, at least one");
    }
    return network;
  }

  private static void write(RuleOutput out, Tunnel tunnel) {
    boolean publishes = !tunnel.published().isEmpty();
    out.head(Kinds.TUNNEL, (tunnel.earlyData() ? EARLY : 0) + (publishes ? PUBLISHES : 0), 0);
    out.text(tunnel.name());
    out.text(tunnel.network());
    out.list(tunnel.entries());
    out.node(tunnel.relays());
    out.node(tunnel.exit());
    out.texts(tunnel.carry());
    out.optional(tunnel.rotateEvery());
    out.node(tunnel.isolation());
    out.optional(tunnel.shape());
    if (publishes) {
      out.list(tunnel.published());
    }
  }

  private static Tunnel readTunnel(RuleInput in) {
    in.noCount();
    if (in.detail() > EARLY + PUBLISHES) {
      throw new KryoException("unknown flags of a tunnel");
    }
    boolean earlyData = (in.detail() & EARLY) != 0;
    boolean publishes = (in.detail() & PUBLISHES) != 0;
    String name = in.text();
    String network = in.text();
    List<Entry> entries = in.list(Entry.class);
    Relays relays = in.node(Relays.class);
    Exit exit = in.node(Exit.class);
    List<String> carry = in.texts();
    if (carry.isEmpty()) {
      throw new KryoException("a tunnel must have a carrier"); // the record would add one
    }
    Optional<Duration> rotateEvery = in.optional(Duration.class);
    Isolation isolation = in.node(Isolation.class);
    Optional<Shape> shape = in.optional(Shape.class);
    List<Publication> published = publishes ? in.list(Publication.class) : List.of();
    if (publishes) {
      in.isOf(Formats.FOURTH);
      if (published.isEmpty()) {
        throw new KryoException("a list of published services must have some");
      }
    }
    return new Tunnel(
        name,
        network,
        entries,
        relays,
        exit,
        carry,
        rotateEvery,
        isolation,
        earlyData,
        shape,
        published);
  }

  private static Publication readPublication(RuleInput in) {
    in.noDetail();
    int port = in.count();
    String name = in.text();
    String host = EntryNodes.plainHost(in);
    List<String> clients = in.texts();
    Publication publication = new Publication(name, host, port, clients, in.texts());
    if (!publication.clients().equals(clients)) {
      throw new KryoException("clients of a service must be in ascending order");
    }
    return publication;
  }

  private static void registerTunnelParts(Kryo kryo) {
    register(
        kryo,
        Kinds.PUBLICATION,
        Publication.class,
        (out, publication) -> {
          out.head(Kinds.PUBLICATION, 0, publication.port());
          out.text(publication.name());
          out.text(publication.host());
          out.texts(publication.clients());
          out.texts(publication.on());
        },
        RuleNodes::readPublication);
    register(
        kryo,
        Kinds.DURATION,
        Duration.class,
        (out, duration) -> {
          out.head(Kinds.DURATION, 0, 0);
          out.duration(duration);
        },
        in -> {
          in.plain();
          return in.duration();
        });
    register(
        kryo,
        Kinds.ISOLATION,
        Isolation.class,
        (out, isolation) ->
            out.head(
                Kinds.ISOLATION,
                (isolation.byUser() ? 1 : 0) + (isolation.byDestination() ? 2 : 0),
                0),
        in -> {
          in.noCount();
          if (in.detail() > 3) {
            throw new KryoException("unknown flags of an isolation");
          }
          return new Isolation((in.detail() & 1) != 0, (in.detail() & 2) != 0);
        });
    register(
        kryo,
        Kinds.SHAPE,
        Shape.class,
        (out, shape) -> out.head(Kinds.SHAPE, shape.id(), 0),
        in -> {
          in.noCount();
          return SHAPES.of(in.detail());
        });
    register(kryo, Kinds.RELAYS, Relays.class, RuleNodes::write, RuleNodes::readRelays);
    register(
        kryo,
        Kinds.DISTINCT,
        Distinct.class,
        (out, distinct) -> out.head(Kinds.DISTINCT, distinct.id(), 0),
        in -> {
          in.noCount();
          return DISTINCT.of(in.detail());
        });
    register(
        kryo,
        Kinds.GUARD,
        Guard.class,
        (out, guard) -> {
          out.head(Kinds.GUARD, 0, guard.count());
          out.duration(guard.keep());
        },
        in -> {
          int count = in.count();
          in.noDetail();
          return new Guard(in.duration(), count);
        });
    registerExit(kryo);
  }

  private static void write(RuleOutput out, Relays relays) {
    out.head(Kinds.RELAYS, 0, relays.count());
    out.optional(relays.only());
    out.list(relays.distinct());
    out.optional(relays.prefer());
    out.optional(relays.guard());
  }

  private static Relays readRelays(RuleInput in) {
    int count = in.count();
    in.noDetail();
    Optional<Expr> only = in.optional(Expr.class);
    List<Distinct> distinct = in.list(Distinct.class);
    Optional<Expr> prefer = in.optional(Expr.class);
    return new Relays(count, only, distinct, prefer, in.optional(Guard.class));
  }

  private static void registerExit(Kryo kryo) {
    register(
        kryo,
        Kinds.EXIT,
        Exit.class,
        (out, exit) -> {
          boolean leaves = !exit.vias().isEmpty();
          out.head(Kinds.EXIT, leaves ? 1 : 0, 0);
          out.list(exit.clauses());
          out.node(exit.resolve());
          if (leaves) {
            out.list(exit.vias());
          }
        },
        in -> {
          in.noCount();
          boolean leaves = in.flag();
          List<ExitClause> clauses = in.list(ExitClause.class);
          Resolve resolve = in.node(Resolve.class);
          if (!leaves) {
            return new Exit(clauses, resolve);
          }
          in.isOf(Formats.FOURTH);
          List<Via> vias = in.list(Via.class);
          if (vias.isEmpty()) {
            throw new KryoException("a list of gateways must have some");
          }
          return new Exit(clauses, resolve, vias);
        });
    register(
        kryo,
        Kinds.VIA,
        Via.class,
        (out, via) -> {
          out.head(Kinds.VIA, 0, 0);
          out.text(via.gateway());
          out.node(via.condition());
        },
        in -> {
          in.plain();
          String gateway = in.text();
          return new Via(gateway, in.node(Expr.class));
        });
    register(
        kryo,
        Kinds.EXIT_CLAUSE,
        ExitClause.class,
        (out, clause) -> {
          out.head(Kinds.EXIT_CLAUSE, clause.allows() ? 1 : 0, 0);
          out.node(clause.condition());
        },
        in -> {
          in.noCount();
          boolean allows = in.flag();
          Expr condition = in.node(Expr.class);
          return allows ? ExitClause.allow(condition) : ExitClause.refuse(condition);
        });
    register(
        kryo,
        Kinds.RESOLVE_BY_SYSTEM,
        Resolve.BySystem.class,
        (out, resolve) -> out.head(Kinds.RESOLVE_BY_SYSTEM, 0, 0),
        in -> {
          in.plain();
          return new Resolve.BySystem();
        });
    register(
        kryo,
        Kinds.RESOLVE_BY_SERVERS,
        Resolve.ByServers.class,
        (out, resolve) -> {
          out.head(Kinds.RESOLVE_BY_SERVERS, 0, 0);
          out.texts(resolve.servers());
        },
        in -> {
          in.plain();
          Resolve.ByServers servers = new Resolve.ByServers(in.texts());
          if (!servers.isPlain()) {
            in.isOf(Formats.FOURTH);
          }
          return servers;
        });
  }

  private static void write(RuleOutput out, Route route) {
    out.verdictHead(Kinds.ROUTE, route.verdict());
    out.node(route.condition());
  }

  private static Route readRoute(RuleInput in) {
    Verdict verdict = in.verdict();
    in.inRoute(true);
    Expr condition = in.node(Expr.class);
    in.inRoute(false);
    return new Route(verdict, condition);
  }

  private static void write(RuleOutput out, Expectation expectation) {
    out.verdictHead(Kinds.EXPECTATION, expectation.expected());
    out.node(expectation.flow());
  }

  private static Expectation readExpectation(RuleInput in) {
    Verdict.Final expected = in.finalVerdict();
    return new Expectation(in.node(FlowSample.class), expected);
  }

  private static void write(RuleOutput out, FlowSample flow) {
    boolean more = !flow.given().isEmpty();
    out.head(Kinds.FLOW, flow.protocol().id() + (more ? MORE_IS_GIVEN : 0), flow.port());
    out.writeInt(flow.secondOfDay());
    out.writeInt(flow.weekday().getValue());
    out.text(flow.host());
    out.text(flow.user());
    out.text(flow.entry());
    if (more) {
      out.list(flow.given());
    }
  }

  private static FlowSample readFlow(RuleInput in) {
    boolean more = in.detail() >= MORE_IS_GIVEN;
    Protocol protocol = PROTOCOLS.of(in.detail() - (more ? MORE_IS_GIVEN : 0));
    int port = in.count();
    int second = in.readInt();
    DayOfWeek day = DAYS.of(in.readInt());
    String host = EntryNodes.plainHost(in);
    String user = in.text();
    String entry = in.text();
    List<Given> given = more ? in.list(Given.class) : List.of();
    if (more && given.isEmpty()) {
      throw new KryoException("a list of given facts must have some");
    }
    return new FlowSample(host, port, protocol, user, entry, second, day, given);
  }

  private static void write(RuleOutput out, Given given) {
    out.head(Kinds.GIVEN, 0, 0);
    out.node(given.asked());
    out.node(given.value());
  }

  private static Given readGiven(RuleInput in) {
    in.plain();
    in.isOfSecondFormat();
    Expr asked = in.node(Expr.class);
    return new Given(asked, in.node(Expr.class));
  }
}
