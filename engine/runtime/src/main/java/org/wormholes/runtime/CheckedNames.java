package org.wormholes.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.rules.Dnssec;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameChecker;
import org.wormholes.runtime.spi.NameFailure;

/// Answers of one way on which names are asked, with their signatures checked. Each question about
/// a key goes the way of the name that it is for. What was checked is remembered, apart from what
/// was not. Belongs to one loop.
final class CheckedNames {
  private static final int MAX_OPEN = 1_024;
  private static final int MAX_ASKERS = 64;

  private final Shard shard;
  private final NameChecker checker;
  private final Way way;
  private final NameCache cache = new NameCache();
  private final Map<NameQuestion, List<Consumer<NameAnswer>>> open = new HashMap<>();

  private CheckedNames(Shard shard, NameChecker checker, Way way) {
    this.shard = shard;
    this.checker = checker;
    this.way = way;
  }

  /// How one way asks, without checking.
  interface Way {
    /// @param about the name that an application asked for
    /// @param step what is asked for its sake
    void ask(NameQuestion about, NameQuestion step, Consumer<NameAnswer> answer);
  }

  /// The checks of one way, by what they start from.
  static final class ByAnchors {
    /// What entries of one set of rules have, and a few of those before it.
    private static final int MAX_KEPT = 8;

    private final Shard shard;
    private final Way way;
    private final Map<Dnssec, CheckedNames> kept =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Dnssec, CheckedNames> eldest) {
            return size() > MAX_KEPT;
          }
        };

    ByAnchors(Shard shard, Way way) {
      this.shard = shard;
      this.way = way;
    }

    CheckedNames of(Dnssec dnssec) {
      return kept.computeIfAbsent(
          dnssec, rule -> new CheckedNames(shard, shard.node.checker(rule), way));
    }
  }

  /// Answers once, at once where it is known already.
  void ask(NameQuestion question, Consumer<NameAnswer> asker) {
    Optional<NameAnswer> known = cache.find(question, shard.now());
    List<Consumer<NameAnswer>> askers = open.get(question);
    if (known.isPresent()) {
      asker.accept(known.get());
    } else if (askers == null ? open.size() >= MAX_OPEN : askers.size() >= MAX_ASKERS) {
      asker.accept(new NameAnswer.Nothing(NameFailure.LIMIT));
    } else if (askers != null) {
      askers.add(asker);
    } else {
      open.put(question, new ArrayList<>(List.of(asker)));
      NameQuestion signed = new NameQuestion(question.name(), question.type(), true);
      checker.check(
          signed,
          (step, heard) -> way.ask(question, step, heard),
          shard.loop,
          answer -> {
            end(question, answer);
            shard.flush();
          });
    }
  }

  private void end(NameQuestion question, NameAnswer answer) {
    cache.keep(question, answer, shard.now());
    Optional.ofNullable(open.remove(question))
        .ifPresent(askers -> askers.forEach(asker -> asker.accept(answer)));
  }
}
