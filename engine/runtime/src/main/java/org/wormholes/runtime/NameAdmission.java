package org.wormholes.runtime;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Dnssec;
import org.wormholes.rules.Entry;
import org.wormholes.rules.Protocol;
import org.wormholes.rules.Verdict;
import org.wormholes.rules.expr.Address;
import org.wormholes.rules.expr.AddressRange;
import org.wormholes.rules.expr.Host;
import org.wormholes.rules.expr.SpecialNames;
import org.wormholes.runtime.local.LocalClient;
import org.wormholes.runtime.sniff.Names;
import org.wormholes.runtime.spi.EntrySpec;
import org.wormholes.runtime.spi.FlowRequest;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameFailure;
import org.wormholes.runtime.spi.NameRequest;
import org.wormholes.runtime.spi.Outside;

/// A question about a name on its way to whoever may be asked it: the routes decide as for the flow
/// that most likely follows, one to port 443 over TCP. Nothing is asked of anybody else, also not
/// where the way is down.
final class NameAdmission {
  /// The port of the flow that is taken to follow.
  static final int PORT = 443;

  private static final int TYPE_A = 1;
  private static final int TYPE_AAAA = 28;
  private static final int TYPE_SVCB = 64;
  private static final int TYPE_HTTPS = 65;
  private static final Duration KNOWN = Duration.ofMinutes(10);

  private final Switchboard rules;
  private final Shard shard;
  private final FlowRequest request;
  private final NameQuestion question;
  private final Optional<Dnssec> dnssec;
  private final Clues clues;
  private final Consumer<NameAnswer> answer;

  private NameAdmission(
      Switchboard rules,
      Shard shard,
      FlowRequest request,
      NameQuestion question,
      Optional<Dnssec> dnssec,
      Host host,
      Consumer<NameAnswer> answer) {
    this.rules = rules;
    this.shard = shard;
    this.request = request;
    this.question = question;
    this.dnssec = dnssec;
    this.clues = new Clues(shard.node.countries(), host);
    this.answer = answer;
    clues.found(Names.NONE);
  }

  /// The destination that stands for a question when rules are asked.
  static EntrySpec.Target target(NameQuestion question) {
    return new EntrySpec.Target(question.name().isEmpty() ? "root" : question.name(), PORT);
  }

  /// @param asked what came to the entry, which `request` is made of
  static void of(
      Switchboard rules,
      Shard shard,
      FlowRequest request,
      NameRequest asked,
      Consumer<NameAnswer> answer) {
    NameQuestion question = asked.question();
    Optional<Dnssec> dnssec =
        asked.unchecked() ? Optional.empty() : request.entry().names().flatMap(Entry.Dns::dnssec);
    Optional<Host> host = Host.parse(request.target().host()).filter(Host.Name.class::isInstance);
    if (host.isEmpty()) {
      answer.accept(new NameAnswer.Nothing(NameFailure.NOT_FOUND));
    } else if (isUnder(question.name(), "localhost")) {
      answer.accept(new NameAnswer.Addresses(loopback(question.type()), KNOWN));
    } else {
      new NameAdmission(rules, shard, request, question, dnssec, host.get(), answer).decide();
    }
  }

  private static List<InetAddress> loopback(int type) {
    // RFC 6761 section 6.3: such names are never asked for.
    return switch (type) {
      case TYPE_A -> List.of(ExitGate.address(new byte[] {127, 0, 0, 1}));
      case TYPE_AAAA -> {
        byte[] bytes = new byte[16];
        bytes[15] = 1;
        yield List.of(ExitGate.address(bytes));
      }
      default -> List.of();
    };
  }

  private void decide() {
    Verdict.Final verdict = rules.decide(request, request.target(), Protocol.TCP, clues);
    if (clues.wantsClient()) {
      findClient();
    } else {
      carryOut(verdict);
    }
  }

  private void findClient() {
    try {
      shard
          .node
          .lookups()
          .execute(() -> {
            LocalClient client = shard.node.localClients().find(request.application());
            shard.run(() -> {
              clues.found(client);
              decide();
            });
          });
    } catch (RejectedExecutionException e) {
      // Who it is stays unknown, and what is not known is not let through by guess.
      fail(NameFailure.REFUSED);
    }
  }

  private void carryOut(Verdict.Final verdict) {
    switch (verdict) {
      case Verdict.Refuse() -> fail(NameFailure.REFUSED);
      case Verdict.Direct() -> {
        if (!isInvented(false)) {
          askDirect();
        }
      }
      case Verdict.To(String name) -> {
        boolean mayBeGateway =
            rules.gateway(name).isPresent()
                || rules
                    .group(name)
                    .filter(each -> each.mayPassGateway(request.target()))
                    .isPresent()
                || rules.tunnel(name).flatMap(each -> each.via(request.target())).isPresent();
        if (!isInvented(mayBeGateway)) {
          askThrough(name);
        }
      }
    }
  }

  private void fail(NameFailure why) {
    answer.accept(new NameAnswer.Nothing(why));
  }

  /// Answers where the name has an address that stands for it, or none at all.
  ///
  /// @param atGateway whether the flow would go into a network of others, which resolves for itself
  private boolean isInvented(boolean atGateway) {
    Entry.Dns rule = request.entry().names().orElseThrow();
    String name = question.name();
    boolean special = atGateway || SpecialNames.has(name);
    boolean all = rule.invents() == Entry.Dns.Invents.ALL;
    int type = question.type();
    boolean addresses = type == TYPE_A || type == TYPE_AAAA;
    boolean leads = addresses || type == TYPE_SVCB || type == TYPE_HTTPS;
    if (!special && !(all && leads)) {
      return false;
    }
    if (rule.invents() == Entry.Dns.Invents.NOTHING || name.isEmpty()) {
      fail(NameFailure.NOT_FOUND);
    } else if (!addresses) {
      answer.accept(new NameAnswer.Addresses(List.of(), InventedNames.TIME_TO_LIVE));
    } else {
      invent(name, type == TYPE_A ? rule.addresses4() : rule.addresses6());
    }
    return true;
  }

  private void invent(String name, AddressRange range) {
    Optional<Address> address = shard.node.invented().addressOf(name, range);
    if (address.isEmpty()) {
      fail(NameFailure.LIMIT);
    } else {
      InetAddress told = ExitGate.address(address.get().bytes());
      answer.accept(new NameAnswer.Addresses(List.of(told), InventedNames.TIME_TO_LIVE));
    }
  }

  private static boolean isUnder(String name, String zone) {
    return name.equals(zone) || name.endsWith("." + zone);
  }

  private void askThrough(String name) {
    Host host = clues.host();
    Optional<RunningTunnel> tunnel =
        rules.group(name).isPresent()
            ? rules.group(name).get().forNames(each -> each.exitPolicy.mayAnswer(host, null))
            : rules.tunnel(name).filter(each -> each.exitPolicy.mayAnswer(host, null));
    if (tunnel.isEmpty()) {
      fail(NameFailure.REFUSED);
    } else {
      TunnelNames names = tunnel.get().on(shard).names();
      dnssec.ifPresentOrElse(
          rule -> names.ask(question, rule, answer), () -> names.ask(question, answer));
    }
  }

  /// Asks the resolver of this machine, because the rules say `direct`.
  private void askDirect() {
    if (dnssec.isPresent()) {
      shard.directNames().of(dnssec.get()).ask(question, answer);
    } else if (question.signed() || (question.type() != TYPE_A && question.type() != TYPE_AAAA)) {
      askSystem(shard, question, answer);
    } else {
      int family = question.type() == TYPE_A ? 4 : 6;
      shard.node.outside().resolve(shard.loop, question.name(), family, List.of(), new Resolved());
    }
  }

  /// Asks the resolver of this machine for records.
  static void askSystem(Shard shard, NameQuestion question, Consumer<NameAnswer> answer) {
    shard
        .node
        .outside()
        .ask(
            shard.loop,
            question,
            List.of(),
            any -> true,
            new Outside.AskListener() {
              @Override
              public void onAnswered(byte[] message, Duration timeToLive) {
                answer.accept(new NameAnswer.Records(Bytes.of(message), any -> true, timeToLive));
              }

              @Override
              public void onUnanswered(NameFailure why) {
                answer.accept(new NameAnswer.Nothing(why));
              }
            });
  }

  private final class Resolved implements Outside.ResolveListener {
    @Override
    public void onResolved(List<InetAddress> addresses, Duration timeToLive) {
      answer.accept(new NameAnswer.Addresses(addresses, timeToLive));
    }

    @Override
    public void onUnresolved(NameFailure why, Duration timeToLive) {
      answer.accept(new NameAnswer.Nothing(why, timeToLive));
    }
  }
}
