package org.wormholes.runtime;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.circuit.Reason;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Dnssec;
import org.wormholes.rules.expr.Address;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameFailure;

/// What one loop asks through one tunnel about names, and what it was told. An answer is an exit's
/// word: addresses that the tunnel's own exit clauses would not let flows reach are left out, so
/// that no name leads into the local network.
final class TunnelNames {
  private static final int MAX_OPEN = 1_024;
  private static final int MAX_ASKERS = 64;
  private static final int MAX_TRIES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final Duration PAUSE = Duration.ofMillis(200);

  /// Circuits that share the names of a tunnel which keeps destinations apart: questions are too
  /// many to have one each.
  private static final int LANES = 8;

  private static final int TYPE_A = 1;
  private static final int TYPE_AAAA = 28;

  private final TunnelShard part;
  private final RunningTunnel tunnel;
  private final Shard shard;
  private final NameCache cache = new NameCache();
  private final CheckedNames.ByAnchors checked;
  private final Map<NameQuestion, Open> open = new HashMap<>();

  /// Questions for which the circuit has no room at the moment.
  private final ArrayDeque<Open> waiting = new ArrayDeque<>();

  TunnelNames(TunnelShard part, RunningTunnel tunnel) {
    this.part = part;
    this.tunnel = tunnel;
    this.shard = part.shard;
    this.checked = new CheckedNames.ByAnchors(shard, this::askFresh);
  }

  /// Answers once, at once where it is known already.
  void ask(NameQuestion question, Consumer<NameAnswer> asker) {
    Optional<NameAnswer> known = cache.find(question, shard.now());
    if (known.isPresent()) {
      asker.accept(known.get());
    } else {
      ask(question, question, true, asker);
    }
  }

  /// The same with signatures checked.
  void ask(NameQuestion question, Dnssec dnssec, Consumer<NameAnswer> asker) {
    checked.of(dnssec).ask(question, asker);
  }

  /// Asks the exit for the sake of a check, which remembers what it believes: an answer that is
  /// wrong is asked for again.
  private void askFresh(NameQuestion about, NameQuestion question, Consumer<NameAnswer> asker) {
    ask(about, question, false, asker);
  }

  /// @param about whose circuit is taken, so that no other exit hears of the name
  /// @param keeps whether the answer is remembered
  private void ask(
      NameQuestion about, NameQuestion question, boolean keeps, Consumer<NameAnswer> asker) {
    Open asked = open.get(question);
    if (asked == null ? open.size() >= MAX_OPEN : asked.askers.size() >= MAX_ASKERS) {
      asker.accept(new NameAnswer.Nothing(NameFailure.LIMIT));
    } else if (asked != null) {
      asked.askers.add(asker);
    } else {
      Open fresh = new Open(question, key(about), keeps);
      fresh.askers.add(asker);
      open.put(question, fresh);
      fresh.timeout = shard.after(PATIENCE, () -> fresh.end(failed(NameFailure.TIMED_OUT)));
      fresh.send();
    }
  }

  private static NameAnswer failed(NameFailure why) {
    return new NameAnswer.Nothing(why);
  }

  private void sendWaiting() {
    for (int turns = waiting.size(); turns > 0; turns--) {
      Open next = waiting.pollFirst();
      if (next != null && !next.over) {
        next.send();
      }
    }
  }

  private IsolationKey key(NameQuestion question) {
    if (!tunnel.rule.isolation().byDestination()) {
      return new IsolationKey("", "", "", 0);
    }
    String name = question.name();
    int last = name.lastIndexOf('.');
    int before = last < 0 ? -1 : name.lastIndexOf('.', last - 1);
    int lane = Math.floorMod(name.substring(before + 1).hashCode(), LANES);
    return new IsolationKey("", "", "names", lane);
  }

  /// One question, and who wants to know.
  private final class Open implements NameReply {
    private final NameQuestion question;
    private final IsolationKey key;
    private final boolean keeps;
    private final List<Consumer<NameAnswer>> askers = new ArrayList<>();
    private final Predicate<InetAddress> allowed;
    private Loop.@Nullable Cancellable timeout;
    private int tries;
    private boolean over;

    Open(NameQuestion question, IsolationKey key, boolean keeps) {
      this.question = question;
      this.key = key;
      this.keeps = keeps;
      Optional<org.wormholes.rules.expr.Host> host =
          org.wormholes.rules.expr.Host.parse(question.name());
      this.allowed =
          address ->
              host.isPresent()
                  && tunnel.exitPolicy.mayAnswer(host.get(), Address.of(address.getAddress()));
    }

    void send() {
      if (over) {
        return;
      }
      ClientCircuit circuit = part.circuitForNames(key);
      if (circuit == null) {
        shard.after(PAUSE, this::send);
      } else if (!circuit.ask(question, isForAddresses() ? family() : -1, this)) {
        waiting.addLast(this);
      }
    }

    private boolean isForAddresses() {
      boolean address = question.type() == TYPE_A || question.type() == TYPE_AAAA;
      return address && !question.signed() && !question.name().isEmpty();
    }

    private int family() {
      return question.type() == TYPE_A ? 4 : 6;
    }

    @Override
    public void onAddresses(List<Host> found, Duration timeToLive) {
      List<InetAddress> addresses = new ArrayList<>();
      for (Host host : found) {
        byte[] bytes =
            switch (host) {
              case Host.Ip4 four -> four.bytes();
              case Host.Ip6 six -> six.bytes();
              case Host.Name _ -> new byte[0];
            };
        if (bytes.length == (family() == 4 ? 4 : 16)) {
          InetAddress address = ExitGate.address(bytes);
          if (allowed.test(address)) {
            addresses.add(address);
          }
        }
      }
      end(new NameAnswer.Addresses(addresses, timeToLive));
    }

    @Override
    public void onRecords(byte[] message, Duration timeToLive) {
      end(new NameAnswer.Records(Bytes.of(message), allowed, timeToLive));
    }

    @Override
    public void onNothing(Reason reason, Duration timeToLive) {
      boolean lost = reason == Reason.LOST || reason == Reason.ROTATED;
      if (lost && ++tries < MAX_TRIES) {
        shard.after(Duration.ofMillis(1), this::send);
      } else {
        end(new NameAnswer.Nothing(failure(reason), timeToLive));
      }
    }

    void end(NameAnswer answer) {
      if (over) {
        return;
      }
      over = true;
      open.remove(question, this);
      if (timeout != null) {
        timeout.cancel();
      }
      if (keeps) {
        cache.keep(question, answer, shard.now());
      }
      List.copyOf(askers).forEach(asker -> asker.accept(answer));
      sendWaiting();
    }
  }

  private static NameFailure failure(Reason reason) {
    return switch (reason) {
      case NAME_NOT_FOUND -> NameFailure.NOT_FOUND;
      case POLICY, UNSUPPORTED -> NameFailure.REFUSED;
      case TIMED_OUT, LOST, ROTATED -> NameFailure.TIMED_OUT;
      case LIMIT, MEMORY -> NameFailure.LIMIT;
      default -> NameFailure.FAILED;
    };
  }
}
