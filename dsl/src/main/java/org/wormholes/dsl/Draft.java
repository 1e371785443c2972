package org.wormholes.dsl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Entry;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Gateway;
import org.wormholes.rules.Group;
import org.wormholes.rules.Guard;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Publication;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Shape;
import org.wormholes.rules.Table;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.Via;
import org.wormholes.rules.expr.Expr;

/// What words write to while a script is read: the rules-to-be, each with its place.
final class Draft {
  private Draft() {}

  /// The words said so far in a room, with the place of the first.
  static class Room {
    final Position position;
    final Map<String, Position> said = new LinkedHashMap<>();

    Room(Position position) {
      this.position = position;
    }
  }

  static final class File extends Room {
    @Nullable Rules rules;

    File(Position position) {
      super(position);
    }
  }

  static final class Rules extends Room {
    final String name;
    final String version;
    final List<Net> networks = new ArrayList<>();
    final List<Way> tunnels = new ArrayList<>();
    final List<Grouped> groups = new ArrayList<>();
    final List<Gated> gateways = new ArrayList<>();
    final List<Routed> routes = new ArrayList<>();

    /// What routes gave so far.
    final Set<String> marks = new LinkedHashSet<>();

    /// Tunnels and groups whose round trips are asked for.
    final List<Measured> measured = new ArrayList<>();

    final List<Expected> expectations = new ArrayList<>();
    final Borrowed borrowed = new Borrowed();
    boolean broken;

    /// One more route, after all others.
    void add(Routed route) {
      routes.add(route);
      if (route.verdict() instanceof Verdict.Mark(String name)) {
        marks.add(name);
      }
    }

    Rules(Position position, String name, String version) {
      super(position);
      this.name = name;
      this.version = version;
    }
  }

  record Grouped(
      Group group, Position position, Position membersPosition, Position probePosition) {}

  /// A `tor`, an `i2p`, an `upstream` or a `peers`.
  static final class Gated extends Room {
    final String name;
    final org.wormholes.dsl.Room room;
    Gateway.Kind kind;
    Gateway.@Nullable Server server;
    @Nullable String through;
    Position throughPosition;
    final List<Opened> entries = new ArrayList<>();
    Isolation isolation = Isolation.DEFAULT;

    /// Of `peers`: whose; null for those of the only network.
    @Nullable String over;

    Position overPosition;
    final List<Published> published = new ArrayList<>();

    Gated(Position position, String name, org.wormholes.dsl.Room room, Gateway.Kind kind) {
      super(position);
      this.name = name;
      this.room = room;
      this.kind = kind;
      this.throughPosition = position;
      this.overPosition = position;
    }
  }

  record Measured(String target, Position position) {}

  static final class Net extends Room {
    final String name;
    Network.OpenTo openTo = Network.OpenTo.INVITED;
    final List<String> founders = new ArrayList<>();
    final List<String> bootstraps = new ArrayList<>();
    final List<Tabled> tables = new ArrayList<>();

    Net(Position position, String name) {
      super(position);
      this.name = name;
    }

    /// Founders where none may be, or too many, are a problem that is told elsewhere.
    Network with(List<String> contacts) {
      List<String> good =
          openTo == Network.OpenTo.INVITED
              ? founders.stream().distinct().limit(Network.MAX_FOUNDERS).toList()
              : List.of();
      return new Network(name, openTo, good, contacts);
    }
  }

  /// A table.
  static final class Tabled extends Room {
    final String name;
    final String owner;
    final List<Expr> write = new ArrayList<>();
    final List<Position> writePositions = new ArrayList<>();
    int replicas = Table.DEFAULT_REPLICAS;
    int quorum = Table.DEFAULT_QUORUM;
    Duration expires = Table.DEFAULT_EXPIRES;
    Table.Limits limits = Table.Limits.DEFAULT;

    Tabled(Position position, String name, String owner) {
      super(position);
      this.name = name;
      this.owner = owner;
    }

    Table table() {
      return new Table(name, owner, write, replicas, quorum, expires, limits);
    }
  }

  /// A tunnel; the same draft serves its rooms `entry`, `relay` and `exit`.
  static final class Way extends Room {
    final String name;
    final @Nullable String over;
    final Position overPosition;
    final List<Opened> entries = new ArrayList<>();
    @Nullable Picked relays;
    @Nullable Leaving exit;
    List<String> carry = List.of();
    @Nullable Duration rotateEvery;
    Isolation isolation = Isolation.DEFAULT;
    boolean earlyData;
    @Nullable Shape shape;
    final List<Published> published = new ArrayList<>();

    Way(Position position, String name, @Nullable String over, Position overPosition) {
      super(position);
      this.name = name;
      this.over = over;
      this.overPosition = overPosition;
    }
  }

  static final class Entries extends Room {
    final List<Opened> entries;

    Entries(Position position, List<Opened> entries) {
      super(position);
      this.entries = entries;
    }
  }

  record Published(Publication publication, Position position, Position onPosition) {}

  record Opened(Entry entry, Position position, Position portPosition) {}

  static final class Picked extends Room {
    final int count;
    @Nullable Expr only;
    List<Distinct> distinct = List.of();
    @Nullable Expr prefer;
    @Nullable Guard guard;

    Picked(Position position, int count) {
      super(position);
      this.count = count;
    }
  }

  static final class Leaving extends Room {
    final List<ExitClause> clauses = new ArrayList<>();
    final List<Position> clausePositions = new ArrayList<>();
    final List<Via> vias = new ArrayList<>();
    final List<Position> viaPositions = new ArrayList<>();
    @Nullable Resolve resolve;

    Leaving(Position position) {
      super(position);
    }
  }

  static final class Routes extends Room {
    final Rules rules;

    Routes(Position position, Rules rules) {
      super(position);
      this.rules = rules;
    }
  }

  /// @param condition null where it could not be read
  record Routed(
      Verdict verdict, @Nullable Expr condition, Position position, Position targetPosition) {}

  static final class Expects extends Room {
    final Rules rules;
    int flows;

    Expects(Position position, Rules rules) {
      super(position);
      this.rules = rules;
    }
  }

  static final class Flow extends Room {
    final Rules rules;
    final @Nullable FlowSample sample;
    final String shown;
    final Position entryPosition;
    boolean judged;

    Flow(
        Position position,
        Rules rules,
        @Nullable FlowSample sample,
        String shown,
        Position entryPosition) {
      super(position);
      this.rules = rules;
      this.sample = sample;
      this.shown = shown;
      this.entryPosition = entryPosition;
    }
  }

  record Expected(
      FlowSample sample,
      String shown,
      Verdict.Final verdict,
      Position position,
      Position targetPosition,
      Position entryPosition) {}
}
