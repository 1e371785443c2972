package org.wormholes.dsl;

import java.time.DayOfWeek;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.dsl.Draft.Picked;
import org.wormholes.dsl.Draft.Way;
import org.wormholes.dsl.Word.Block;
import org.wormholes.dsl.Word.Parameter;
import org.wormholes.dsl.Word.Taken;
import org.wormholes.rules.Distinct;
import org.wormholes.rules.Dnssec;
import org.wormholes.rules.Entry;
import org.wormholes.rules.ExitClause;
import org.wormholes.rules.FlowSample;
import org.wormholes.rules.Given;
import org.wormholes.rules.Guard;
import org.wormholes.rules.Isolation;
import org.wormholes.rules.Network;
import org.wormholes.rules.Position;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Publication;
import org.wormholes.rules.Resolve;
import org.wormholes.rules.Shape;
import org.wormholes.rules.TrustAnchor;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.Via;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.Expr;
import org.wormholes.rules.expr.Exprs;
import org.wormholes.rules.expr.Fact;
import org.wormholes.rules.expr.Scope;
import org.wormholes.rules.expr.Type;
import org.wormholes.rules.expr.TypeChecker;
import org.wormholes.rules.expr.TypeProblem;

/// Carries out words: checks what each is given against the [Vocabulary] and writes it to the
/// [Draft]. Both front ends call it, so a word means the same in both.
final class Builder {
  private static final List<Fact> SEEN =
      List.of(
          Fact.SNI, Fact.HTTP_HOST, Fact.PROCESS, Fact.PROCESS_PATH, Fact.LOCAL_USER, Fact.COUNTRY);

  private final Problems problems;
  private final Draft.File file;
  private final RoomFrame root;
  private Placer placer = expr -> null;
  private Uses uses = Uses.NONE;

  /// Where an expression was read in the text, if that is known.
  interface Placer {
    @Nullable Position placeOf(Expr expr);
  }

  Builder(Problems problems, Position start) {
    this.problems = problems;
    this.file = new Draft.File(start);
    this.root = new RoomFrame(Room.FILE, file);
  }

  void placer(Placer where) {
    placer = where;
  }

  void uses(Uses others) {
    uses = others;
  }

  RoomFrame root() {
    return root;
  }

  Draft.File file() {
    return file;
  }

  void tell(Problem problem) {
    problems.add(problem);
  }

  // ---- any word

  /// Carries out one use of a word in an open room.
  Value invoke(RoomFrame frame, Invocation invocation) {
    Word word = Vocabulary.word(frame.room(), invocation.name());
    if (word == null) {
      problems.add(unknownWord(frame.room(), invocation));
      if (frame.draft() instanceof Draft.Flow flow) {
        flow.judged = true;
      }
      return Value.Broken.VALUE;
    }
    Draft.Room draft = frame.draft(Draft.Room.class);
    Position first = draft.said.putIfAbsent(word.name(), invocation.namePosition());
    if (first != null && !word.repeats()) {
      problems.add(
          Problem.error(
                  invocation.namePosition(),
                  "`" + word.name() + "` is said twice in " + frame.room().described())
              .hinting("the first is on line " + first.line()));
    }
    Map<String, Call.Given> values = new LinkedHashMap<>();
    bindPositional(word, invocation, values);
    bindNamed(word, invocation, values);
    checkBlock(word, invocation);
    try {
      return word.meaning().apply(this, frame, new Call(word, invocation, values));
    } catch (IllegalArgumentException e) {
      problems.add(Problem.error(invocation.position(), String.valueOf(e.getMessage())));
      return Value.Broken.VALUE;
    }
  }

  private static Problem unknownWord(Room room, Invocation invocation) {
    String name = invocation.name();
    Problem problem =
        Problem.error(
            invocation.namePosition(), "`" + name + "` is no word of " + room.described());
    problem = problem.expecting(Vocabulary.oneOf(Vocabulary.names(room)));
    if (room == Room.I2P && name.equals("through")) {
      return problem.hinting("an I2P router can't be led through anything else");
    }
    List<Room> elsewhere = Vocabulary.roomsOf(name);
    if (!elsewhere.isEmpty()) {
      return problem.hinting("`" + name + "` belongs in " + elsewhere.getFirst().described());
    }
    if (Fact.in(Scope.FLOW).stream().anyMatch(fact -> fact.word().equals(name))
        || Fact.in(Scope.RELAY).stream().anyMatch(fact -> fact.word().equals(name))) {
      return problem.hinting("`" + name + "` is a fact: it is asked in a condition's block");
    }
    Optional<String> near = Suggestion.nearest(name, Vocabulary.names(room));
    return problem.hinting(
        near.map(found -> "did you mean `" + found + "`?")
            .orElseGet(() -> Suggestion.didYouMean(name, Vocabulary.allNames())));
  }

  private void bindPositional(Word word, Invocation invocation, Map<String, Call.Given> values) {
    List<Taken<?>> taken = word.takenInOrder();
    List<Invocation.Argument> given = invocation.arguments();
    int at = 0;
    for (Taken<?> parameter : taken) {
      if (parameter.parameter().repeated()) {
        List<Object> several = new ArrayList<>();
        for (; at < given.size(); at++) {
          for (Invocation.Argument each : flattened(given.get(at))) {
            read(word, parameter, each.value(), each.position()).ifPresent(several::add);
          }
        }
        if (given.isEmpty()) {
          missing(word, invocation, parameter.parameter());
        }
        values.put(parameter.parameter().name(), new Call.Given(several, invocation.position()));
      } else if (at < given.size()) {
        Invocation.Argument each = given.get(at++);
        read(word, parameter, each.value(), each.position())
            .ifPresent(value ->
                values.put(parameter.parameter().name(), new Call.Given(value, each.position())));
      } else if (parameter.parameter().required()) {
        missing(word, invocation, parameter.parameter());
      }
    }
    if (at < given.size()) {
      String takes =
          taken.isEmpty()
              ? "takes no plain values"
              : "takes " + taken.size() + " plain value" + (taken.size() == 1 ? "" : "s");
      problems.add(
          Problem.error(
                  given.get(at).position(),
                  "`" + word.name() + "` " + takes + ", but was given " + given.size())
              .expecting("`" + word.usage() + "`"));
    }
  }

  /// `carry %w[tls tcp]` is as good as `carry "tls", "tcp"`.
  private static List<Invocation.Argument> flattened(Invocation.Argument argument) {
    return argument.value() instanceof Value.Items(List<Value> items)
        ? items.stream().map(item -> new Invocation.Argument(item, argument.position())).toList()
        : List.of(argument);
  }

  private void bindNamed(Word word, Invocation invocation, Map<String, Call.Given> values) {
    for (Invocation.Keyword keyword : invocation.keywords()) {
      Taken<?> taken = word.takenByName(keyword.name()).orElse(null);
      if (taken == null) {
        List<String> names = word.named().stream().map(Parameter::name).toList();
        problems.add(
            Problem.error(
                    keyword.namePosition(),
                    "`" + word.name() + "` takes no `" + keyword.name() + ":`")
                .expecting(
                    names.isEmpty()
                        ? "no named values"
                        : names.size() == 1
                            ? "only `" + names.getFirst() + ":`"
                            : "one of " + String.join(":, ", names) + ":")
                .hinting(
                    Suggestion.nearest(keyword.name(), names)
                        .map(name -> "did you mean `" + name + ":`?")
                        .orElse("")));
        continue;
      }
      read(word, taken, keyword.value(), keyword.position())
          .ifPresent(
              value -> values.put(keyword.name(), new Call.Given(value, keyword.position())));
    }
    for (Parameter parameter : word.named()) {
      boolean given =
          invocation.keywords().stream().anyMatch(k -> k.name().equals(parameter.name()));
      if (parameter.required() && !given) {
        problems.add(
            Problem.error(
                    invocation.namePosition(),
                    "`" + word.name() + "` needs `" + parameter.name() + ":`")
                .expecting(parameter.accepted())
                .hinting("for example `" + firstLine(word.example()) + "`"));
      }
    }
  }

  private void missing(Word word, Invocation invocation, Parameter parameter) {
    problems.add(
        Problem.error(
                invocation.namePosition(),
                "`" + word.name() + "` needs " + anyOf(parameter.label()))
            .expecting(parameter.accepted())
            .hinting("for example `" + firstLine(word.example()) + "`"));
  }

  /// "the name" as something still to be given: "a name".
  private static String anyOf(String label) {
    if (!label.startsWith("the ")) {
      return label;
    }
    String bare = label.substring(4);
    return ("aeiou".indexOf(bare.charAt(0)) >= 0 ? "an " : "a ") + bare;
  }

  private <T> Optional<T> read(Word word, Taken<T> taken, Value value, Position position) {
    if (value instanceof Value.Broken) {
      return Optional.empty();
    }
    T read = taken.accepts().read().apply(value);
    if (read == null) {
      problems.add(
          Problem.error(
                  position,
                  taken.parameter().label() + " of `" + word.name() + "` can't be " + value.show())
              .expecting(taken.accepts().described())
              .hinting(taken.accepts().advice().apply(value)));
    }
    return Optional.ofNullable(read);
  }

  private void checkBlock(Word word, Invocation invocation) {
    Invocation.Block block = invocation.block();
    switch (word.block()) {
      case Block.None _ -> {
        if (block != null) {
          problems.add(
              Problem.error(block.position(), "`" + word.name() + "` takes no block")
                  .expecting("`" + word.usage() + "`"));
        }
      }
      case Block.Inside(_, boolean required) -> {
        if (block == null && required) {
          problems.add(
              Problem.error(invocation.namePosition(), "`" + word.name() + "` needs a block")
                  .expecting("`" + word.usage() + "`"));
        }
      }
      case Block.Condition(_, boolean isScore, boolean required) -> {
        if (block == null && required) {
          problems.add(
              Problem.error(
                      invocation.namePosition(),
                      "`"
                          + word.name()
                          + "` needs a block with "
                          + (isScore ? "a score" : "a condition"))
                  .expecting("`" + firstLine(word.example()) + "`"));
        }
      }
    }
  }

  private static String firstLine(String example) {
    int end = example.indexOf('\n');
    return end < 0 ? example : example.substring(0, end) + " …";
  }

  // ---- rooms

  void run(Call call, Room room, Draft.Room draft) {
    Invocation.Block block = call.block();
    if (block == null) {
      return;
    }
    block.run(new RoomFrame(room, draft));
    if (draft.said.isEmpty() && !problems.hasErrors()) {
      problems.add(
          Problem.error(call.namePosition(), "this `" + call.word().name() + "` is empty")
              .expecting(Vocabulary.oneOf(Vocabulary.names(room))));
    }
  }

  Value ruleset(RoomFrame frame, Call call) {
    Draft.Rules rules =
        new Draft.Rules(call.namePosition(), call.text("name", ""), call.text("version", "1.0"));
    rules.broken = !call.has("name");
    if (file.rules == null) {
      file.rules = rules;
    }
    run(call, Room.RULESET, rules);
    return Value.Nothing.VALUE;
  }

  // ---- other rulesets

  /// Tests of a ruleset that stands elsewhere: flows, and what is expected of them.
  Value tests(RoomFrame frame, Call call) {
    Draft.Rules rules = new Draft.Rules(call.namePosition(), call.text("name", ""), "1.0");
    rules.broken = !call.has("name");
    if (file.rules == null) {
      file.rules = rules;
    }
    borrow(rules, call).ifPresent(from -> rules.routes.addAll(Borrowed.routes(from)));
    run(call, Room.EXPECT, new Draft.Expects(call.namePosition(), rules));
    return Value.Nothing.VALUE;
  }

  Value use(RoomFrame frame, Call call) {
    Draft.Rules rules = frame.draft(Draft.Rules.class);
    Optional<Borrowed.Used> known = call.find("name", String.class).flatMap(rules.borrowed::find);
    if (known.isPresent()) {
      problems.add(
          Problem.error(call.position(), "\"" + known.get().name() + "\" is used already")
              .hinting("the first `use` is on line " + known.get().position().line()));
    } else {
      borrow(rules, call);
    }
    return Value.Nothing.VALUE;
  }

  Value useRoutes(RoomFrame frame, Call call) {
    Draft.Rules rules = frame.draft(Draft.Routes.class).rules;
    Optional<Borrowed.Used> from =
        call.find("name", String.class).flatMap(rules.borrowed::find).or(() -> borrow(rules, call));
    if (from.isPresent() && from.get().ruleset().routes().isEmpty()) {
      problems.add(
          Problem.error(call.position(), "\"" + from.get().name() + "\" has no routes")
              .hinting("say yourself which flows go through its tunnels, with `to`"));
    }
    from.ifPresent(used -> Borrowed.routes(used).forEach(rules::add));
    return Value.Nothing.VALUE;
  }

  private Optional<Borrowed.Used> borrow(Draft.Rules rules, Call call) {
    Optional<String> name = call.find("name", String.class);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    return switch (uses.find(name.get())) {
      case Uses.Answer.Found(var ruleset, var sources) -> {
        Borrowed.Used used =
            new Borrowed.Used(name.get(), ruleset, sources, call.positionOf("name"));
        rules.borrowed.add(used);
        yield Optional.of(used);
      }
      case Uses.Answer.Missing(String reason, String hint) -> {
        String why = reason.isEmpty() ? "" : ": " + reason;
        String near =
            Suggestion.nearest(name.get(), uses.names())
                .map(found -> "did you mean \"" + found + "\"?")
                .orElse(hint);
        problems.add(
            Problem.error(
                    call.positionOf("name"),
                    "there is no ruleset \"" + name.get() + "\" to use" + why)
                .hinting(near));
        yield Optional.empty();
      }
    };
  }

  Value network(RoomFrame frame, Call call) {
    Draft.Net network = new Draft.Net(call.positionOf("name"), call.text("name", ""));
    frame.draft(Draft.Rules.class).networks.add(network);
    run(call, Room.NETWORK, network);
    return Value.Nothing.VALUE;
  }

  Value openTo(RoomFrame frame, Call call) {
    Network.OpenTo.of(call.text("who", ""))
        .ifPresent(who -> frame.draft(Draft.Net.class).openTo = who);
    return Value.Nothing.VALUE;
  }

  Value founder(RoomFrame frame, Call call) {
    frame.draft(Draft.Net.class).founders.addAll(call.texts("address"));
    return Value.Nothing.VALUE;
  }

  Value bootstrap(RoomFrame frame, Call call) {
    List<String> urls = call.texts("url");
    for (int i = 0; i < urls.size(); i++) {
      warnOfUnknown(Network.carrierOf(urls.get(i)), argumentAt(call, i));
    }
    frame.draft(Draft.Net.class).bootstraps.addAll(urls);
    return Value.Nothing.VALUE;
  }

  Value tunnel(RoomFrame frame, Call call) {
    Way tunnel =
        new Way(
            call.positionOf("name"),
            call.text("name", ""),
            call.find("over", String.class).orElse(null),
            call.positionOf("over"));
    frame.draft(Draft.Rules.class).tunnels.add(tunnel);
    run(call, Room.TUNNEL, tunnel);
    return Value.Nothing.VALUE;
  }

  Value routes(RoomFrame frame, Call call) {
    run(call, Room.ROUTES, new Draft.Routes(call.namePosition(), frame.draft(Draft.Rules.class)));
    return Value.Nothing.VALUE;
  }

  Value expect(RoomFrame frame, Call call) {
    run(call, Room.EXPECT, new Draft.Expects(call.namePosition(), frame.draft(Draft.Rules.class)));
    return Value.Nothing.VALUE;
  }

  // ---- tunnel

  Value entry(RoomFrame frame, Call call) {
    run(call, Room.ENTRY, new Draft.Entries(call.namePosition(), frame.draft(Way.class).entries));
    return Value.Nothing.VALUE;
  }

  Value relay(RoomFrame frame, Call call) {
    Picked relays = new Picked(call.position(), call.number("count", 1));
    Way tunnel = frame.draft(Way.class);
    if (tunnel.relays == null) {
      tunnel.relays = relays;
    }
    run(call, Room.RELAY, relays);
    return Value.Nothing.VALUE;
  }

  Value exit(RoomFrame frame, Call call) {
    Draft.Leaving exit = new Draft.Leaving(call.namePosition());
    Way tunnel = frame.draft(Way.class);
    if (tunnel.exit == null) {
      tunnel.exit = exit;
    }
    run(call, Room.EXIT, exit);
    return Value.Nothing.VALUE;
  }

  Value carry(RoomFrame frame, Call call) {
    List<String> carriers = call.texts("carriers");
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < carriers.size(); i++) {
      String carrier = carriers.get(i);
      Position at = argumentAt(call, i);
      if (seen.contains(carrier)) {
        problems.add(Problem.error(at, "the carrier `" + carrier + "` is named twice"));
        continue;
      }
      seen.add(carrier);
      warnOfUnknown(carrier, at);
    }
    frame.draft(Way.class).carry = seen;
    return Value.Nothing.VALUE;
  }

  private static Position argumentAt(Call call, int index) {
    return index < call.invocation().arguments().size()
        ? call.invocation().arguments().get(index).position()
        : call.position();
  }

  private void warnOfUnknown(String carrier, Position at) {
    if (!Vocabulary.CARRIERS.contains(carrier)) {
      problems.add(
          Problem.warning(
                  at, "the carrier `" + carrier + "` is not one of those that come with Wormholes")
              .expecting("one of " + String.join(", ", Vocabulary.CARRIERS))
              .hinting(Suggestion.didYouMean(carrier, Vocabulary.CARRIERS)));
    }
  }

  Value rotate(RoomFrame frame, Call call) {
    frame.draft(Way.class).rotateEvery = call.find("every", Duration.class).orElse(null);
    return Value.Nothing.VALUE;
  }

  Value isolate(RoomFrame frame, Call call) {
    List<String> by = call.texts("by");
    frame.draft(Way.class).isolation =
        new Isolation(by.contains("user"), by.contains("destination"));
    return Value.Nothing.VALUE;
  }

  Value publish(RoomFrame frame, Call call) {
    return publish(frame.draft(Way.class).published, call);
  }

  Value publish(List<Draft.Published> before, Call call) {
    if (!call.has("port") || !call.has("as")) {
      return Value.Broken.VALUE;
    }
    String name = call.text("as", "");
    if (before.stream().anyMatch(each -> each.publication().name().equals(name))) {
      problems.add(
          Problem.error(
                  call.positionOf("as"), "a service called \"" + name + "\" is published already")
              .hinting("each needs a name of its own: it has an address of its own"));
      return Value.Nothing.VALUE;
    }
    Publication publication =
        new Publication(
            name,
            call.text("host", Entry.Listen.LOOPBACK),
            call.number("port", 1),
            call.texts("only"),
            call.texts("on").stream().distinct().toList());
    Position on = call.has("on") ? call.positionOf("on") : call.position();
    before.add(new Draft.Published(publication, call.position(), on));
    return Value.Nothing.VALUE;
  }

  Value earlyData(RoomFrame frame, Call call) {
    frame.draft(Way.class).earlyData = call.truth("allowed", true);
    return Value.Nothing.VALUE;
  }

  Value shape(RoomFrame frame, Call call) {
    for (Shape shape : Shape.values()) {
      if (shape.word().equals(call.text("cells", ""))) {
        frame.draft(Way.class).shape = shape;
      }
    }
    return Value.Nothing.VALUE;
  }

  // ---- entry

  Value socks(RoomFrame frame, Call call) {
    return open(frame, call, new Entry.Socks(listen(call, 1080), call.truth("udp", false)));
  }

  Value http(RoomFrame frame, Call call) {
    return open(frame, call, new Entry.Http(listen(call, 8080)));
  }

  Value dns(RoomFrame frame, Call call) {
    Entry.Dns.Invents invents = Entry.Dns.Invents.SPECIAL;
    for (Entry.Dns.Invents each : Entry.Dns.Invents.values()) {
      if (each.word().equals(call.text("invents", ""))) {
        invents = each;
      }
    }
    Entry.Dns.Over over = Entry.Dns.Over.UDP;
    for (Entry.Dns.Over each : Entry.Dns.Over.values()) {
      if (each.word().equals(call.text("over", ""))) {
        over = each;
      }
    }
    return open(
        frame,
        call,
        new Entry.Dns(
            listen(call, 5353),
            over,
            invents,
            call.find("ipv4", AddressRange.class).orElse(Entry.Dns.ADDRESSES_4),
            call.find("ipv6", AddressRange.class).orElse(Entry.Dns.ADDRESSES_6),
            dnssec(call, invents)));
  }

  /// How a DNS port checks what it answers.
  private Optional<Dnssec> dnssec(Call call, Entry.Dns.Invents invents) {
    List<TrustAnchor> anchors = call.anchors("anchors");
    if (!call.truth("dnssec", false)) {
      if (call.has("anchors")) {
        problems.add(
            Problem.error(
                    call.positionOf("anchors"), "`anchors:` says nothing without `dnssec: true`")
                .hinting("add `dnssec: true`"));
      }
      return Optional.empty();
    }
    if (invents == Entry.Dns.Invents.ALL) {
      problems.add(
          Problem.error(
                  call.positionOf("dnssec"),
                  "with `invents: :all` every address is invented, so none is left to be checked")
              .hinting("leave out one of the two"));
      return Optional.empty();
    }
    if (anchors.size() > Dnssec.MAX_ANCHORS) {
      problems.add(
          Problem.error(
              call.positionOf("anchors"),
              "there can be %d trust anchors, these are %d"
                  .formatted(Dnssec.MAX_ANCHORS, anchors.size())));
      return Optional.empty();
    }
    return Optional.of(new Dnssec(anchors));
  }

  Value forward(RoomFrame frame, Call call) {
    Optional<Accepts.Endpoint> to = call.find("to", Accepts.Endpoint.class);
    if (to.isEmpty() || !call.has("port")) {
      return Value.Broken.VALUE;
    }
    return open(
        frame,
        call,
        new Entry.Forward(
            listen(call, 0), to.get().host(), to.get().port(), call.truth("udp", false)));
  }

  private static Entry.Listen listen(Call call, int otherwise) {
    boolean unreadable =
        call.invocation().keywords().stream().anyMatch(keyword -> keyword.name().equals("port"));
    int port = call.number("port", unreadable ? 0 : otherwise);
    return new Entry.Listen(call.text("host", Entry.Listen.LOOPBACK), port);
  }

  private static Value open(RoomFrame frame, Call call, Entry entry) {
    frame
        .draft(Draft.Entries.class)
        .entries
        .add(new Draft.Opened(entry, call.position(), call.positionOf("port")));
    return Value.Nothing.VALUE;
  }

  // ---- relay

  Value only(RoomFrame frame, Call call) {
    frame.draft(Picked.class).only = condition(call);
    return Value.Nothing.VALUE;
  }

  Value distinct(RoomFrame frame, Call call) {
    List<Distinct> distinct = new ArrayList<>();
    for (String what : call.texts("what")) {
      for (Distinct each : Distinct.values()) {
        if (each.word().equals(what) && !distinct.contains(each)) {
          distinct.add(each);
        }
      }
    }
    distinct.sort(null);
    frame.draft(Picked.class).distinct = distinct;
    return Value.Nothing.VALUE;
  }

  Value prefer(RoomFrame frame, Call call) {
    frame.draft(Picked.class).prefer = condition(call);
    return Value.Nothing.VALUE;
  }

  Value guard(RoomFrame frame, Call call) {
    Duration keep = call.find("keep", Duration.class).orElse(Vocabulary.GUARDS_KEPT);
    frame.draft(Picked.class).guard = new Guard(keep, call.number("count", Vocabulary.GUARDS));
    return Value.Nothing.VALUE;
  }

  // ---- exit

  Value allow(RoomFrame frame, Call call) {
    return clause(frame, call, ExitClause.Action.ALLOW);
  }

  Value refuseExit(RoomFrame frame, Call call) {
    return clause(frame, call, ExitClause.Action.REFUSE);
  }

  private Value clause(RoomFrame frame, Call call, ExitClause.Action action) {
    Expr condition = condition(call);
    if (condition != null) {
      Draft.Leaving exit = frame.draft(Draft.Leaving.class);
      exit.clauses.add(new ExitClause(action, condition));
      exit.clausePositions.add(call.position());
    }
    return Value.Nothing.VALUE;
  }

  Value via(RoomFrame frame, Call call) {
    Expr condition = call.block() == null ? Exprs.YES : condition(call);
    Optional<String> gateway = call.find("gateway", String.class);
    if (condition == null || gateway.isEmpty()) {
      return Value.Broken.VALUE;
    }
    if (condition.asksFor(Fact.ADDRESS)) {
      problems.add(
          Problem.error(
                  call.position(), "where a flow leaves to is decided before its address is known")
              .expecting("a condition about `host`, `port` and `protocol`"));
      return Value.Broken.VALUE;
    }
    Draft.Leaving exit = frame.draft(Draft.Leaving.class);
    exit.vias.add(new Via(gateway.get(), condition));
    exit.viaPositions.add(call.positionOf("gateway"));
    return Value.Nothing.VALUE;
  }

  Value resolve(RoomFrame frame, Call call) {
    List<String> servers = call.texts("servers");
    if (servers.isEmpty()) {
      return Value.Broken.VALUE;
    }
    if (servers.contains("system") && servers.size() > 1) {
      problems.add(
          Problem.error(call.position(), "`:system` and servers can't be mixed")
              .expecting("`resolve :system`, or servers by address"));
      return Value.Broken.VALUE;
    }
    frame.draft(Draft.Leaving.class).resolve =
        servers.contains("system") ? new Resolve.BySystem() : new Resolve.ByServers(servers);
    return Value.Nothing.VALUE;
  }

  // ---- routes

  Value to(RoomFrame frame, Call call) {
    Expr condition = condition(call);
    Optional<String> tunnel = call.find("tunnel", String.class);
    tunnel.ifPresent(name -> route(frame, call, new Verdict.To(name), condition));
    return Value.Nothing.VALUE;
  }

  Value refuseRoute(RoomFrame frame, Call call) {
    route(frame, call, Verdict.REFUSE, condition(call));
    return Value.Nothing.VALUE;
  }

  Value direct(RoomFrame frame, Call call) {
    route(frame, call, Verdict.DIRECT, condition(call));
    return Value.Nothing.VALUE;
  }

  Value mark(RoomFrame frame, Call call) {
    Expr condition = condition(call);
    Optional<String> name = call.find("name", String.class);
    name.ifPresent(mark -> route(frame, call, new Verdict.Mark(mark), condition));
    return Value.Nothing.VALUE;
  }

  private void route(RoomFrame frame, Call call, Verdict verdict, @Nullable Expr condition) {
    Draft.Rules rules = frame.draft(Draft.Routes.class).rules;
    if (condition != null) {
      checkQuestions(condition, rules, call.position());
    }
    rules.add(new Draft.Routed(verdict, condition, call.position(), call.positionOf("tunnel")));
  }

  /// A mark that no route before gives is a mistake; whether a tunnel that is measured exists is
  /// known only at the end.
  private void checkQuestions(Expr expr, Draft.Rules rules, Position around) {
    Position place = Optional.ofNullable(placer.placeOf(expr)).orElse(around);
    if (expr instanceof Expr.FactOf(Fact fact, String of)) {
      if (fact == Fact.MARKED && !rules.marks.contains(of)) {
        problems.add(
            Problem.error(place, "no route above gives the mark \"" + of + '"')
                .expecting("`mark(\"" + of + "\") { … }` before it is asked for")
                .hinting(
                    Suggestion.nearest(of, rules.marks)
                        .map(found -> "did you mean \"" + found + "\"?")
                        .orElse("")));
      } else if (fact == Fact.ROUND_TRIP) {
        rules.measured.add(new Draft.Measured(of, place));
      }
    }
    for (int i = 0; i < expr.childCount(); i++) {
      checkQuestions(expr.child(i), rules, place);
    }
  }

  // ---- expect

  Value flow(RoomFrame frame, Call call) {
    Draft.Expects expects = frame.draft(Draft.Expects.class);
    expects.flows++;
    String shown = call.text("destination", "");
    FlowSample sample = null;
    if (call.has("destination")) {
      Accepts.Endpoint to = Destinations.read(shown);
      if (to == null) {
        problems.add(
            Problem.error(
                    call.positionOf("destination"), "this is no destination: \"" + shown + '"')
                .expecting(
                    "a URL such as \"https://example.org\", or a host and a port such as"
                        + " \"10.0.0.1:22\"")
                .hinting(Destinations.advice(shown)));
      } else {
        sample = sample(call, to);
      }
    }
    Draft.Flow flow =
        new Draft.Flow(call.position(), expects.rules, sample, shown, call.positionOf("entry"));
    pending.add(flow);
    return new Value.Subject(new RoomFrame(Room.FLOW, flow));
  }

  private static FlowSample sample(Call call, Accepts.Endpoint to) {
    int day = Fact.WEEKDAY.choices().indexOf(call.text("on", "mon"));
    return new FlowSample(
        to.host(),
        to.port(),
        call.text("protocol", "tcp").equals("udp") ? Protocol.UDP : Protocol.TCP,
        call.text("user", ""),
        call.text("entry", ""),
        call.number("at", 43_200),
        DayOfWeek.of(Math.max(day, 0) + 1),
        given(call));
  }

  private static List<Given> given(Call call) {
    List<Given> given = new ArrayList<>();
    for (Fact fact : SEEN) {
      call.find(fact.word(), String.class).ifPresent(text -> given.add(Given.text(fact, text)));
    }
    call.find("metered", Boolean.class)
        .ifPresent(metered -> given.add(Given.yesNo(Fact.METERED, "", metered)));
    call.texts("carrier_up")
        .forEach(carrier -> given.add(Given.yesNo(Fact.CARRIER_UP, carrier, true)));
    call.texts("friend_online")
        .forEach(friend -> given.add(Given.yesNo(Fact.FRIEND_ONLINE, friend, true)));
    if (call.find("round_trip", Object.class).orElse(null) instanceof Map<?, ?> trips) {
      for (Map.Entry<?, ?> trip : trips.entrySet()) {
        Expr duration = Expr.Quantity.duration((Duration) trip.getValue());
        given.add(Given.of(Fact.ROUND_TRIP, (String) trip.getKey(), duration));
      }
    }
    given.sort(Given.ORDER);
    return given;
  }

  private final List<Draft.Flow> pending = new ArrayList<>();

  /// Flows made up of which nothing was said.
  List<Draft.Flow> unjudged() {
    return pending.stream().filter(flow -> !flow.judged).toList();
  }

  Value uses(RoomFrame frame, Call call) {
    Optional<String> tunnel = call.find("tunnel", String.class);
    judge(frame, call, tunnel.<Verdict.Final>map(Verdict.To::new).orElse(null));
    return Value.Nothing.VALUE;
  }

  Value refused(RoomFrame frame, Call call) {
    judge(frame, call, Verdict.REFUSE);
    return Value.Nothing.VALUE;
  }

  Value goesDirect(RoomFrame frame, Call call) {
    judge(frame, call, Verdict.DIRECT);
    return Value.Nothing.VALUE;
  }

  private static void judge(RoomFrame frame, Call call, Verdict.@Nullable Final verdict) {
    Draft.Flow flow = frame.draft(Draft.Flow.class);
    flow.judged = true;
    if (verdict != null && flow.sample != null) {
      flow.rules.expectations.add(
          new Draft.Expected(
              flow.sample,
              flow.shown,
              verdict,
              call.position(),
              call.positionOf("tunnel"),
              flow.entryPosition));
    }
  }

  // ---- conditions

  /// The condition or score in a word's block; null where there is none to be had, which is told.
  private @Nullable Expr condition(Call call) {
    Invocation.Block block = call.block();
    if (block == null
        || !(call.word().block() instanceof Block.Condition(Scope scope, boolean isScore, _))) {
      return null;
    }
    Term term;
    try {
      term = block.condition(scope);
    } catch (Halt told) {
      return null;
    }
    Type type = Terms.typeOf(term);
    boolean fits = type == Type.YES_NO || (isScore && type != null && type.isQuantity());
    if (type == null || !fits) {
      problems.add(
          Problem.error(
                  block.position(),
                  "`"
                      + call.word().name()
                      + "` needs "
                      + (isScore ? "a score" : "a condition")
                      + ", but this is "
                      + term.kind())
              .expecting(
                  isScore
                      ? "an amount, or a yes/no value"
                      : "a yes/no value, such as `" + Vocabulary.exampleOf(scope) + "`"));
      return null;
    }
    Expr expr = Terms.expr(term, type);
    List<TypeProblem> faults =
        isScore
            ? TypeChecker.scoreProblems(expr, scope)
            : TypeChecker.conditionProblems(expr, scope);
    for (TypeProblem fault : faults) {
      problems.add(Problem.error(placeOf(expr, fault.path(), block.position()), fault.message()));
    }
    if (faults.isEmpty() && expr.equals(Exprs.NO)) {
      problems.add(
          Problem.error(
                  block.position(), "the condition of `" + call.word().name() + "` is never met")
              .hinting("every part of it is a constant"));
      return null;
    }
    return faults.isEmpty() ? expr : null;
  }

  /// What takes the parts of a condition that must all hold.
  interface Clauses {
    void add(Expr clause, Position position);
  }

  /// The condition in a word's block, part for part where it is joined by `&&`.
  void clauses(Call call, Clauses to) {
    switch (condition(call)) {
      case null -> {}
      case Expr.And(List<Expr> all) -> all.forEach(each -> clause(each, call, to));
      case Expr one -> clause(one, call, to);
    }
  }

  private void clause(Expr clause, Call call, Clauses to) {
    to.add(clause, Optional.ofNullable(placer.placeOf(clause)).orElse(call.position()));
  }

  void report(Problem problem) {
    problems.add(problem);
  }

  /// The place of a part of an expression, or of the nearest part around it that came from one
  /// place.
  private Position placeOf(Expr expr, List<Integer> path, Position otherwise) {
    Position best = Optional.ofNullable(placer.placeOf(expr)).orElse(otherwise);
    Expr at = expr;
    for (int child : path) {
      at = at.child(child);
      Position place = placer.placeOf(at);
      best = place == null ? best : place;
    }
    return best;
  }
}
