package org.wormholes.runtime.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;
import org.wormholes.runtime.store.HistoryEntry.Outcome;

/// The ruleset a node runs, those it ran before, and what became of every apply.
///
/// An apply is written in four steps, each of which leaves everything readable: its rules and an
/// intent ([#begin]), the rules as those to run ([#commit]), a line of history without the intent
/// ([#end]). An intent that is found at a start belongs to an apply that the engine's death
/// interrupted; [#recover] says what became of it. Whatever the moment, what is to run is the old
/// rules or the new ones, because one rename decides.
public final class RulesetStore {
  /// Most lines of history.
  public static final int MAX_HISTORY = 200;

  /// Most rulesets that are kept to go back to.
  public static final int MAX_KEPT = 20;

  private static final Pattern DIGEST = Pattern.compile("wr1-[0-9a-f]{64}");

  private final Path kept;
  private final Disk disk;
  private final SafeFile current;
  private final SafeFile intent;
  private final SafeFile history;

  RulesetStore(Path folder, Disk disk) {
    this.disk = disk;
    this.kept = folder.resolve("rulesets");
    this.current = new SafeFile(folder.resolve("ruleset"), disk);
    this.intent = new SafeFile(folder.resolve("intent"), disk);
    this.history = new SafeFile(folder.resolve("history"), disk);
  }

  SafeFile currentFile() {
    return current;
  }

  SafeFile intentFile() {
    return intent;
  }

  SafeFile historyFile() {
    return history;
  }

  /// The envelope of the ruleset to run.
  public synchronized Optional<byte[]> current() throws IOException {
    return current.read();
  }

  /// What was applied, oldest first.
  public synchronized List<HistoryEntry> history() throws IOException {
    return read(history, Lines.class).map(Lines::entries).orElse(List.of());
  }

  /// The envelope of a ruleset that was applied, as long as it is kept.
  public synchronized Optional<byte[]> envelope(String digest) throws IOException {
    return DIGEST.matcher(digest).matches() ? keptFile(digest).read() : Optional.empty();
  }

  /// The number the next apply will have.
  public synchronized int nextNumber() throws IOException {
    List<HistoryEntry> entries = history();
    return entries.isEmpty() ? 1 : entries.getLast().number() + 1;
  }

  /// Keeps the rules of an apply and that it begins. Nothing runs differently for it.
  public synchronized void begin(Intent begun, byte[] envelope) throws IOException {
    if (!DIGEST.matcher(begun.digest()).matches()) {
      throw new IllegalArgumentException("not a digest: " + begun.digest());
    }
    disk.createFolder(kept);
    SafeFile file = keptFile(begun.digest());
    if (!file.isIntact(envelope)) {
      file.write(envelope);
    }
    intent.write(text(begun));
  }

  /// Makes the rules those to run at the next start.
  ///
  /// @return empty, or a warning when they are but might not survive a loss of power
  /// @throws IOException if the old ones still are
  public synchronized Optional<String> commit(byte[] envelope) throws IOException {
    try {
      current.write(envelope);
      return Optional.empty();
    } catch (IOException e) {
      if (!current.isIntact(envelope)) {
        throw e;
      }
      return Optional.of("might not survive a loss of power: " + e.getMessage());
    }
  }

  /// Writes down how an apply ended.
  public synchronized void end(Intent begun, Outcome outcome, String detail, Duration swap)
      throws IOException {
    List<HistoryEntry> entries = new ArrayList<>(history());
    if (entries.isEmpty() || entries.getLast().number() < begun.number()) {
      entries.add(begun.ended(outcome, detail, swap));
      List<HistoryEntry> newest =
          entries.subList(Math.max(0, entries.size() - MAX_HISTORY), entries.size());
      history.write(text(new Lines(newest)));
    }
    intent.write(new byte[0]);
    prune();
  }

  /// Finishes what the end of the last engine interrupted.
  ///
  /// @return what became of the interrupted apply, if there was one
  public synchronized Optional<HistoryEntry> recover() throws IOException {
    Optional<Intent> begun = read(intent, Intent.class);
    if (begun.isEmpty()) {
      return Optional.empty();
    }
    Optional<byte[]> wanted = envelope(begun.get().digest());
    Optional<byte[]> runs = current();
    boolean committed =
        wanted.isPresent() && runs.isPresent() && Arrays.equals(wanted.get(), runs.get());
    end(
        begun.get(),
        committed ? Outcome.APPLIED : Outcome.INTERRUPTED,
        committed ? "the engine ended before it could say so" : "the engine ended in the middle",
        Duration.ZERO);
    return Optional.of(history().getLast());
  }

  /// Forgets rulesets that the newest lines of history do not name.
  private void prune() throws IOException {
    Set<String> wanted = new LinkedHashSet<>();
    for (HistoryEntry each : history().reversed()) {
      if (wanted.size() < MAX_KEPT) {
        wanted.add(each.digest());
      }
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(kept)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (wanted.stream().noneMatch(name::startsWith)) {
          disk.delete(file);
        }
      }
    }
  }

  private SafeFile keptFile(String digest) {
    return new SafeFile(kept.resolve(digest), disk);
  }

  private static <T extends Record> Optional<T> read(SafeFile file, Class<T> type)
      throws IOException {
    Optional<byte[]> bytes = file.read();
    if (bytes.isEmpty() || bytes.get().length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.read(type, new String(bytes.get(), StandardCharsets.UTF_8)));
    } catch (JsonException e) {
      throw new IOException("reading state file " + file + ": " + e.getMessage(), e);
    }
  }

  private static byte[] text(Record record) {
    return (Json.pretty(record) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private record Lines(List<HistoryEntry> entries) {}
}
