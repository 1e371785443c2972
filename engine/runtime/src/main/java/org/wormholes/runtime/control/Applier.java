package org.wormholes.runtime.control;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.runtime.store.HistoryEntry;
import org.wormholes.runtime.store.Intent;
import org.wormholes.runtime.store.RulesetStore;

/// Applies rulesets so that what runs and what is kept for the next start agree, and goes back to
/// earlier ones. The engine carries out one apply at a time, and everything about one happens in
/// its turn: whether the plan still holds, what is written down, what is swapped.
final class Applier {
  /// Longest time that an apply may take beyond its probes before it is reported as not finished.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(Applier.class);
  private static final int MAX_WORDS = 200;

  private final EngineControl engine;
  private final RulesetStore store;
  private final Clock clock;

  Applier(EngineControl engine, RulesetStore store, Clock clock) {
    this.engine = engine;
    this.store = store;
    this.clock = clock;
  }

  /// Rules as they came and as they are.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Candidate(byte[] envelope, RuleFile rules) {
    String digest() {
      return RuleCodec.digest(rules.ruleset());
    }
  }

  /// How, against what, and for whom.
  ///
  /// @param running digest the plan was made against, or `none`; empty when any will do
  /// @param source the file the rules came from
  /// @param by who asks
  record Wish(
      Optional<String> running, Duration drain, List<Probe> probes, String source, String by) {}

  /// @param with facts that are taken to have certain values
  Plan plan(Candidate candidate, Duration drain, List<String> with) {
    return Planner.plan(
        engine.applied(),
        candidate.rules().ruleset(),
        candidate.rules().sources(),
        engine.tunnels(),
        drain,
        with,
        with.isEmpty() ? List.of() : engine.facts());
  }

  ApplyReport apply(Candidate candidate, Wish wish) throws Refusal {
    Turn turn = new Turn(candidate, wish);
    try {
      ApplyOutcome outcome =
          engine
              .apply(
                  candidate.rules().ruleset(),
                  candidate.rules().sources(),
                  new ApplyTerms(wish.drain(), wish.probes(), turn))
              .toCompletableFuture()
              .get(patience(wish).toMillis(), TimeUnit.MILLISECONDS);
      return turn.report(outcome);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ApplyRefusedException refused) {
        throw turn.refusal(refused);
      }
      throw new IllegalStateException("applying failed", e.getCause());
    } catch (TimeoutException e) {
      throw new Refusal(409, "slow", "applying has not ended yet; see status and history");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(409, "stopping", "the engine is ending");
    }
  }

  private static Duration patience(Wish wish) {
    return wish.probes().stream().map(Probe::timeout).reduce(PATIENCE, Duration::plus);
  }

  /// What was applied, oldest first.
  List<HistoryEntry> history() throws Refusal {
    try {
      return store.history();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /// The ruleset that is meant by `running`, a number of the history, or (the beginning of) a
  /// digest.
  Candidate find(String name) throws Refusal {
    return load(
        name.equals("running")
            ? engine
                .applied()
                .map(it -> it.view().digest())
                .orElseThrow(() -> new Refusal(409, "no-ruleset", "no ruleset is applied yet"))
            : digest(name));
  }

  /// The ruleset that ran before the one that runs.
  Candidate previous() throws Refusal {
    String running = engine.applied().map(it -> it.view().digest()).orElse("");
    for (HistoryEntry each : history().reversed()) {
      if (each.outcome() == HistoryEntry.Outcome.APPLIED && !each.digest().equals(running)) {
        return load(each.digest());
      }
    }
    throw new Refusal(409, "no-history", "no other ruleset ran before");
  }

  private String digest(String name) throws Refusal {
    List<HistoryEntry> entries = history();
    for (HistoryEntry each : entries) {
      if (name.equals(Integer.toString(each.number()))) {
        return each.digest();
      }
    }
    List<String> found =
        entries.stream()
            .map(HistoryEntry::digest)
            .filter(digest -> isBeginning(name, digest))
            .distinct()
            .toList();
    if (found.size() != 1) {
      throw new Refusal(
          409,
          "no-history",
          found.isEmpty()
              ? "the history has no %s: a number or a digest of it is expected".formatted(cut(name))
              : "several rulesets begin with %s: say more of the digest".formatted(cut(name)));
    }
    return found.getFirst();
  }

  private static boolean isBeginning(String name, String digest) {
    String bare = digest.substring(digest.indexOf('-') + 1);
    return name.length() >= 4 && (digest.startsWith(name) || bare.startsWith(name));
  }

  private Candidate load(String digest) throws Refusal {
    try {
      byte[] envelope =
          store
              .envelope(digest)
              .orElseThrow(() ->
                  new Refusal(
                      409, "not-kept", "the ruleset %s is not kept any more".formatted(digest)));
      return new Candidate(envelope, RuleCodec.decode(envelope));
    } catch (IOException e) {
      throw unreadable(e);
    } catch (RuleFormatException e) {
      throw new Refusal(409, "not-kept", "the kept ruleset is not understood: " + e.getMessage());
    }
  }

  private static Refusal unreadable(IOException e) {
    LOG.warn("the history cannot be read", e);
    return new Refusal(409, "not-kept", "the history cannot be read: " + e.getMessage());
  }

  private static String cut(String text) {
    return text.length() <= MAX_WORDS ? text : text.substring(0, MAX_WORDS);
  }

  /// One apply, as it is written down. Used by the engine's applying thread, then read by the one
  /// that asked.
  private final class Turn implements ApplyTerms.Keeper {
    private final Candidate candidate;
    private final Wish wish;
    private final List<String> warnings = new ArrayList<>();
    private volatile @Nullable Plan plan;
    private volatile @Nullable Intent intent;
    private volatile Duration swap = Duration.ZERO;

    Turn(Candidate candidate, Wish wish) {
      this.candidate = candidate;
      this.wish = wish;
    }

    @Override
    public void prepare() throws ApplyRefusedException {
      Plan made = plan(candidate, wish.drain(), List.of());
      plan = made;
      String running = made.running().orElse("none");
      if (wish.running().isPresent() && !wish.running().get().equals(running)) {
        throw new ApplyRefusedException(
            "stale-plan",
            "the plan was made against %s, but %s runs by now; plan again"
                .formatted(cut(wish.running().get()), running));
      }
      try {
        begin(made);
      } catch (IOException e) {
        throw new ApplyRefusedException(
            "not-kept", "the new rules could not be kept: " + e.getMessage());
      }
    }

    /// What runs already leaves no line in the history.
    private void begin(Plan made) throws IOException {
      if (!made.running().equals(Optional.of(made.candidate()))) {
        Intent begun =
            new Intent(
                store.nextNumber(),
                clock.instant(),
                made.name(),
                made.version(),
                made.candidate(),
                cut(wish.source()),
                cut(wish.by()));
        store.begin(begun, candidate.envelope());
        intent = begun;
      }
    }

    @Override
    public void keep() throws IOException {
      store.commit(candidate.envelope()).ifPresent(this::warn);
    }

    @Override
    public void ended(Duration swap, Optional<ApplyRefusedException> refusal) {
      this.swap = swap;
      Intent begun = intent;
      if (begun == null) {
        return;
      }
      HistoryEntry.Outcome outcome =
          refusal
              .map(it ->
                  it instanceof ApplyRolledBackException
                      ? HistoryEntry.Outcome.ROLLED_BACK
                      : HistoryEntry.Outcome.REFUSED)
              .orElse(HistoryEntry.Outcome.APPLIED);
      try {
        store.end(begun, outcome, refusal.map(Throwable::getMessage).orElse(""), swap);
      } catch (IOException e) {
        LOG.warn("the history could not be written", e);
        warn("the history could not be written: " + e.getMessage());
      }
    }

    private void warn(String warning) {
      synchronized (warnings) {
        warnings.add(warning);
      }
    }

    ApplyReport report(ApplyOutcome outcome) {
      Plan made = made();
      return report(
          made.changes() ? ApplyReport.Outcome.APPLIED : ApplyReport.Outcome.UNCHANGED,
          Optional.of(outcome.view()),
          outcome.listening(),
          outcome.probes());
    }

    Refusal refusal(ApplyRefusedException refused) {
      ApplyReport report =
          refused instanceof ApplyRolledBackException back
              ? report(
                  ApplyReport.Outcome.ROLLED_BACK,
                  engine.applied().map(EngineControl.Applied::view),
                  engine.status().listening().stream()
                      .filter(port -> !port.tunnel().isEmpty())
                      .toList(),
                  back.probes())
              : null;
      return new Refusal(409, refused.code(), String.valueOf(refused.getMessage()), report);
    }

    private ApplyReport report(
        ApplyReport.Outcome outcome,
        Optional<RulesetView> runs,
        List<ListenView> listening,
        List<ProbeResult> probes) {
      synchronized (warnings) {
        return new ApplyReport(
            outcome,
            Optional.ofNullable(intent).map(Intent::number),
            runs,
            made(),
            listening,
            swap,
            wish.drain(),
            probes,
            warnings);
      }
    }

    private Plan made() {
      Plan made = plan;
      if (made == null) {
        throw new IllegalStateException("an apply ended that never began");
      }
      return made;
    }
  }
}
