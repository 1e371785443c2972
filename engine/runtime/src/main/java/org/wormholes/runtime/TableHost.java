package org.wormholes.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.wormholes.protocol.crypto.NodeId;
import org.wormholes.protocol.link.LinkReason;
import org.wormholes.protocol.ring.Responsible;
import org.wormholes.protocol.ring.RingId;
import org.wormholes.protocol.ring.RingPeer;
import org.wormholes.protocol.table.TableAsker;
import org.wormholes.protocol.table.TableKeeper;
import org.wormholes.protocol.table.TableMessage;
import org.wormholes.protocol.table.TableParts;
import org.wormholes.protocol.table.TableRecord;
import org.wormholes.protocol.table.TableShelf;
import org.wormholes.protocol.table.TableSpot;
import org.wormholes.protocol.table.TableTerms;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.protocol.wire.WireException;
import org.wormholes.rules.Network;
import org.wormholes.rules.SourceMap;
import org.wormholes.runtime.table.SqliteTableStore;
import org.wormholes.runtime.table.TableStore;
import org.wormholes.runtime.table.TableStoreException;

/// The tables of one network, driven by a thread of their own over the links of its ring
/// (`spec/protocol/tables.md`): keeping records needs the disk, which no loop may wait for. The
/// thread and the store begin when there is something to do. Thread-safe, except where said.
final class TableHost {
  private static final Logger LOG = LoggerFactory.getLogger(TableHost.class);

  private static final int FIRST = 192;
  private static final int LAST = 223;

  /// Messages that one link may bring a second, and at once; more are not heard.
  private static final int MESSAGES_A_SECOND = 2_000;

  private static final int MESSAGES_AT_ONCE = 4_000;

  /// Messages of all links that wait for the thread; more are not heard.
  private static final int MAX_WAITING = 10_000;

  /// The most that records of one network may take on disk; what comes beyond is refused.
  private static final long MAX_BYTES = 1L << 30;

  private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

  /// How long a page of another member is waited for.
  private static final Duration PAGE_PATIENCE = Duration.ofSeconds(5);

  /// Pages that people ask for have nonces from here on, those of repairs lower ones.
  private static final long FIRST_PAGE = 1L << 62;

  /// A write or a reading failed; the reason is for whoever asked.
  static final class TableException extends IOException {
    private static final long serialVersionUID = 1;

    final TableAsker.Failure failure;

    TableException(TableAsker.Failure failure, String message) {
      super(message);
      this.failure = failure;
    }
  }

  /// What a link has brought, on the link's loop.
  private static final class Incoming {
    final long way;
    final TokenBucket budget;
    final TableParts parts = new TableParts();

    Incoming(long way, long now) {
      this.way = way;
      this.budget = new TokenBucket(MESSAGES_A_SECOND, MESSAGES_AT_ONCE, now);
    }
  }

  private record Asked<T>(RuleTerms terms, CompletableFuture<T> answer) {}

  private record Repairing(Bytes table, String key) {}

  private record PageAsked(RingPeer of, CompletableFuture<TableMessage.Page> answer) {}

  private final Node node;
  private final NetworkHost network;
  private final Optional<Path> folder;
  private final TableBook book;
  private final Map<NodeLink, Incoming> incoming = new ConcurrentHashMap<>();
  private final Map<Long, NodeLink> ways = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile @Nullable ScheduledExecutorService thread;
  private boolean stopped;

  // Of the thread alone.
  private final TableAsker asker;
  private final Map<Long, Asked<Optional<TableRecord>>> readings = new HashMap<>();
  private final Map<Long, Asked<TableRecord>> writings = new HashMap<>();
  private final Map<Long, Repairing> repairs = new HashMap<>();
  private final Map<Long, PageAsked> pages = new HashMap<>();
  private @Nullable TableStore store;
  private @Nullable TableKeeper keeper;
  private @Nullable Path temporary;
  private Instant due = Instant.MAX;
  private @Nullable Future<?> timer;

  /// @param folder for records; empty where they are kept no longer than the node runs
  TableHost(Node node, NetworkHost network, Optional<Path> folder) {
    this.node = node;
    this.network = network;
    this.folder = folder;
    this.book = new TableBook(network.id());
    this.asker = new TableAsker(node.key(), node.random());
    network
        .ring()
        .listen(
            new RingHost.Listener() {
              @Override
              public void onMessage(RingPeer from, Bytes message) {}

              @Override
              public void onNeighbours(RingHost.View view) {
                if (view.member() || thread != null) {
                  run(() -> neighbours(view));
                }
              }

              @Override
              public void onUnreachable(RingPeer peer) {
                if (thread != null) {
                  run(() -> asker(new TableAsker.Input.Unreachable(peer)));
                }
              }
            });
  }

  /// Whether a DIRECTORY frame is about tables.
  static boolean isAbout(Bytes message) {
    int type = message.size() == 0 ? 0 : message.at(0) & 0xff;
    return type >= FIRST && type <= LAST;
  }

  /// Tables of a ruleset of this node.
  void know(Network rules, SourceMap sources) {
    book.know(rules, sources);
  }

  TableBook book() {
    return book;
  }

  // What people ask.

  /// What a key is; a tombstone where it was deleted. Fails with a [TableException].
  CompletionStage<Optional<TableRecord>> read(RuleTerms terms, String key) {
    CompletableFuture<Optional<TableRecord>> answer = new CompletableFuture<>();
    run(() -> {
      long number = numbers.getAndIncrement();
      readings.put(number, new Asked<>(terms, answer));
      asker(new TableAsker.Input.Get(number, terms, key, true));
    });
    return answer;
  }

  /// Writes, and completes when enough have it on disk. Fails with a [TableException].
  CompletionStage<TableRecord> write(RuleTerms terms, TableAsker.Draft draft) {
    CompletableFuture<TableRecord> answer = new CompletableFuture<>();
    run(() -> {
      long number = numbers.getAndIncrement();
      writings.put(number, new Asked<>(terms, answer));
      asker(new TableAsker.Input.Put(number, terms, draft));
    });
    return answer;
  }

  /// A page of what a member keeps of a table.
  CompletionStage<TableMessage.Page> browse(
      RingPeer member, Bytes table, TableSpot after, RingId until) {
    CompletableFuture<TableMessage.Page> answer = new CompletableFuture<>();
    run(() -> {
      long nonce = FIRST_PAGE + numbers.getAndIncrement();
      pages.put(nonce, new PageAsked(member, answer));
      send(member, new TableMessage.Browse(table, nonce, after, until));
    });
    return answer.orTimeout(PAGE_PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  // Links.

  /// Called on the link's loop.
  void linkUp(NodeLink link) {
    Incoming fresh = new Incoming(numbers.getAndIncrement(), link.shard.now());
    incoming.put(link, fresh);
    ways.put(fresh.way, link);
  }

  /// Called on the link's loop.
  void linkDown(NodeLink link) {
    Incoming gone = incoming.remove(link);
    if (gone != null) {
      ways.remove(gone.way);
      if (thread != null) {
        run(() -> keeper(new TableKeeper.Input.WayClosed(gone.way)));
      }
    }
  }

  /// Called on the link's loop. What is more than a link's share is not heard.
  void onMessage(NodeLink link, Bytes frame) {
    Incoming from = incoming.get(link);
    if (from == null || !from.budget.take(link.shard.now())) {
      return;
    }
    try {
      Optional<Bytes> message = from.parts.add(frame);
      if (message.isPresent() && waiting.incrementAndGet() <= MAX_WAITING) {
        run(() -> {
          waiting.decrementAndGet();
          received(link, from.way, message.get());
        });
      } else if (message.isPresent()) {
        waiting.decrementAndGet();
      }
    } catch (WireException e) {
      LOG.debug("tables: {}", e.getMessage());
      link.close(LinkReason.PROTOCOL);
    }
  }

  // The thread.

  private void run(Runnable task) {
    try {
      thread()
          .execute(() -> {
            try {
              task.run();
            } catch (RejectedExecutionException ended) {
              LOG.debug("tables: the node is stopping");
            } catch (RuntimeException e) {
              LOG.error("tables of network {}", network.rules().name(), e);
            }
          });
    } catch (RejectedExecutionException ended) {
      LOG.debug("tables: the node is stopping");
    }
  }

  private synchronized ScheduledExecutorService thread() {
    if (stopped) {
      throw new RejectedExecutionException("stopped");
    }
    ScheduledExecutorService running = thread;
    if (running == null) {
      ScheduledThreadPoolExecutor single =
          new ScheduledThreadPoolExecutor(
              1, Thread.ofPlatform().daemon().name("tables-" + network.rules().name()).factory());
      single.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
      single.setRemoveOnCancelPolicy(true);
      running = single;
      thread = running;
      Future<?> _ =
          running.scheduleWithFixedDelay(
              () -> run(this::forget),
              FORGET_EVERY.toSeconds(),
              FORGET_EVERY.toSeconds(),
              TimeUnit.SECONDS);
    }
    return running;
  }

  void stop() {
    ScheduledExecutorService running;
    synchronized (this) {
      stopped = true;
      running = thread;
    }
    if (running != null) {
      running.execute(this::close);
      running.shutdown();
      try {
        if (!running.awaitTermination(10, TimeUnit.SECONDS)) {
          LOG.warn("tables of network {} do not end", network.rules().name());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void close() {
    try {
      if (store != null) {
        store.close();
      }
      if (temporary != null) {
        try (var files = Files.list(temporary)) {
          for (Path each : files.toList()) {
            Files.delete(each);
          }
        }
        Files.delete(temporary);
      }
    } catch (IOException e) {
      LOG.warn("tables of network {}: {}", network.rules().name(), e.getMessage());
    }
  }

  private void forget() {
    if (store != null) {
      Future<?> _ = store.forget(now());
    }
  }

  private void neighbours(RingHost.View view) {
    if (keeper == null && view.member()) {
      try {
        TableStore opened = open();
        store = opened;
        keeper = new TableKeeper(view.self(), new Shelf(opened), this::rules);
      } catch (IOException e) {
        LOG.error("tables of network {} can't be kept: {}", network.rules().name(), e.getMessage());
        return;
      }
    }
    keeper(new TableKeeper.Input.Neighbours(view.member(), view.predecessor(), view.successors()));
  }

  private TableStore open() throws IOException {
    Path inside;
    if (folder.isPresent()) {
      inside = Files.createDirectories(folder.get());
    } else {
      inside = Files.createTempDirectory("wormholes-tables");
      temporary = inside;
    }
    Path file = inside.resolve(network.id().hex().substring(0, 32) + ".db");
    return new SqliteTableStore(file, MAX_BYTES);
  }

  private Optional<TableTerms> rules(Bytes table) {
    Optional<RuleTerms> known = book.find(table);
    if (known.isEmpty() && store != null) {
      try {
        Optional<Bytes> file = store.rules(table);
        if (file.isPresent() && book.learn(table, file.get())) {
          known = book.find(table);
        }
      } catch (TableStoreException e) {
        LOG.warn("tables: {}", e.getMessage());
      }
    }
    return known.map(each -> each);
  }

  private void received(NodeLink link, long way, Bytes bytes) {
    try {
      received(way, link.peer().map(network.ring()::peer), TableMessage.decode(bytes));
    } catch (WireException e) {
      LOG.debug("tables: {}", e.getMessage());
      link.shard.tell(() -> link.close(LinkReason.PROTOCOL));
    }
  }

  private void received(long way, Optional<RingPeer> from, TableMessage message) {
    switch (message) {
      case TableMessage.Fetched said ->
          from.ifPresent(peer -> asker(new TableAsker.Input.Received(peer, said)));
      case TableMessage.Written said ->
          from.ifPresent(peer -> asker(new TableAsker.Input.Received(peer, said)));
      case TableMessage.AskRules(Bytes table) -> {
        if (rules(table).isPresent()) {
          book.file(table).ifPresent(file -> reply(way, file));
        }
      }
      case TableMessage.Page page when page.nonce() >= FIRST_PAGE -> {
        PageAsked asked = pages.get(page.nonce());
        if (asked != null && from.filter(asked.of()::equals).isPresent()) {
          pages.remove(page.nonce());
          asked.answer().complete(page);
        }
      }
      default -> keeper(new TableKeeper.Input.Received(way, from, message));
    }
  }

  // Machines.

  private void asker(TableAsker.Input input) {
    for (TableAsker.Output output : asker.on(input, now())) {
      switch (output) {
        case TableAsker.Output.Lookup(long number, RingId place) -> lookUp(number, place);
        case TableAsker.Output.Send(RingPeer to, TableMessage message) -> send(to, message);
        case TableAsker.Output.Got got -> got(got);
        case TableAsker.Output.Done(long number, TableRecord record) ->
            taken(writings, number, asked -> asked.answer().complete(record));
        case TableAsker.Output.Failed failed -> failed(failed);
      }
    }
    wake();
  }

  private void lookUp(long number, RingId place) {
    network
        .ring()
        .lookup(place)
        .whenComplete((found, failure) ->
            run(() ->
                asker(
                    new TableAsker.Input.Found(
                        number, failure == null ? members(found) : List.of()))));
  }

  private static List<RingPeer> members(Responsible found) {
    List<RingPeer> members = new ArrayList<>(found.replicas());
    members.addFirst(found.owner());
    return members;
  }

  private void got(TableAsker.Output.Got got) {
    Repairing repaired = repairs.remove(got.number());
    if (repaired != null) {
      boolean mine = got.keepers().contains(network.ring().view().self());
      later(
          new TableKeeper.Input.Repaired(
              repaired.table(), repaired.key(), got.record().filter(each -> mine)));
    }
    taken(readings, got.number(), asked -> asked.answer().complete(got.record()));
  }

  private void failed(TableAsker.Output.Failed failed) {
    Repairing repaired = repairs.remove(failed.number());
    if (repaired != null) {
      later(new TableKeeper.Input.Repaired(repaired.table(), repaired.key(), Optional.empty()));
    }
    taken(
        readings,
        failed.number(),
        asked -> asked.answer().completeExceptionally(why(failed, asked.terms())));
    taken(
        writings,
        failed.number(),
        asked -> asked.answer().completeExceptionally(why(failed, asked.terms())));
  }

  private static <T> void taken(Map<Long, Asked<T>> asked, long number, Consumer<Asked<T>> what) {
    Asked<T> one = asked.remove(number);
    if (one != null) {
      what.accept(one);
    }
  }

  private TableException why(TableAsker.Output.Failed failed, RuleTerms terms) {
    String name = terms.rules().table().name();
    String text =
        switch (failed.failure()) {
          case NO_RING ->
              "no member of the ring of network %s answered: begin it with `wormholes ring create`"
                  .formatted(network.rules().name());
          case UNREACHABLE ->
              "only %d of the %d nodes that keep this key of table %s answered"
                  .formatted(failed.detail(), failed.of(), name);
          case CONFLICT ->
              "another version is there: table %s has version %d of this key"
                  .formatted(name, failed.detail());
          case CLAUSE ->
              failed.detail() < terms.rules().table().write().size()
                  ? terms.rules().refusal((int) failed.detail())
                  : "a keeper refuses the write by a clause that table %s does not have"
                      .formatted(name);
          case LIMITS ->
              "table %s takes keys of up to %d bytes and values of up to %d, kept for up to %d s"
                  .formatted(name, terms.maxKey(), terms.maxValue(), terms.life().toSeconds());
          case CLOCK -> "the clocks of this node and of those that keep the key differ too much";
          case FULL -> "the nodes that keep this key have no room";
          case BUSY -> "the nodes that keep this key are busy: try again";
          case NO_RULES -> "the nodes that keep this key did not get the rules of table " + name;
        };
    return new TableException(failed.failure(), text);
  }

  private void keeper(TableKeeper.Input input) {
    TableKeeper machine = keeper;
    if (machine == null) {
      return;
    }
    List<TableKeeper.Output> outputs;
    try {
      outputs = machine.on(input, now());
    } catch (IOException e) {
      LOG.warn("tables of network {}: {}", network.rules().name(), e.getMessage());
      return;
    }
    for (TableKeeper.Output output : outputs) {
      switch (output) {
        case TableKeeper.Output.Reply(long way, TableMessage message) -> reply(way, message);
        case TableKeeper.Output.Send(RingPeer to, TableMessage message) -> send(to, message);
        case TableKeeper.Output.Take(long number, TableRecord record, boolean swaps) ->
            take(number, record, swaps);
        case TableKeeper.Output.Learn(Bytes table, Bytes file) -> learn(table, file);
        case TableKeeper.Output.Repair(Bytes table, String key) -> repair(table, key);
      }
    }
    wake();
  }

  /// In a turn of its own: the machine may be at work.
  private void later(TableKeeper.Input input) {
    run(() -> keeper(input));
  }

  private void take(long number, TableRecord record, boolean swaps) {
    TableStore records = store;
    if (records == null) {
      return;
    }
    Future<?> _ =
        (swaps ? records.swap(record) : records.merge(record))
            .whenComplete((took, failure) ->
                later(
                    failure == null
                        ? new TableKeeper.Input.Took(number, took)
                        : new TableKeeper.Input.NotTaken(
                            number, failure instanceof TableStoreException e && e.isFull())));
  }

  private void learn(Bytes table, Bytes file) {
    if (!book.learn(table, file)) {
      later(new TableKeeper.Input.NotLearned(table));
      return;
    }
    if (store != null) {
      Future<?> _ = store.keepRules(table, file);
    }
    later(new TableKeeper.Input.Learned(table));
  }

  private void repair(Bytes table, String key) {
    Optional<TableTerms> terms = rules(table);
    if (terms.isEmpty()) {
      later(new TableKeeper.Input.Repaired(table, key, Optional.empty()));
      return;
    }
    long number = numbers.getAndIncrement();
    repairs.put(number, new Repairing(table, key));
    run(() -> asker(new TableAsker.Input.Get(number, terms.get(), key, false)));
  }

  private void send(RingPeer to, TableMessage message) {
    if (to.node().equals(node.id())) {
      run(() -> received(TableKeeper.SELF, Optional.of(to), message));
    } else {
      network.ring().sendAll(to, TableParts.split(message.encode()));
    }
  }

  private void reply(long way, TableMessage message) {
    if (way == TableKeeper.SELF) {
      NodeId self = node.id();
      run(() -> received(TableKeeper.SELF, Optional.of(network.ring().peer(self)), message));
      return;
    }
    NodeLink link = ways.get(way);
    if (link != null) {
      network.ring().answer(link, TableParts.split(message.encode()));
    }
  }

  private void wake() {
    Instant asked = asker.deadline();
    TableKeeper machine = keeper;
    Instant kept = machine == null ? Instant.MAX : machine.deadline();
    Instant next = asked.isBefore(kept) ? asked : kept;
    if (next.equals(due)) {
      return;
    }
    due = next;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    if (!next.equals(Instant.MAX)) {
      long millis = Math.max(0, Duration.between(now(), next).toMillis() + 1);
      timer = thread().schedule(() -> run(this::deadline), millis, TimeUnit.MILLISECONDS);
    }
  }

  private void deadline() {
    timer = null;
    due = Instant.MAX;
    asker(new TableAsker.Input.DeadlineReached());
    keeper(new TableKeeper.Input.DeadlineReached());
  }

  private Instant now() {
    return node.clock().instant();
  }

  /// The store, as a keeper looks at it.
  private record Shelf(TableStore store) implements TableShelf {
    @Override
    public Optional<TableRecord> find(Bytes table, String key) throws IOException {
      return store.find(table, key);
    }

    @Override
    public List<TableRecord> page(TableSpot after, int most) throws IOException {
      return store.page(after.place(), after.hash(), most);
    }

    @Override
    public int writes(RingId place, NodeId author, Instant since) throws IOException {
      return store.writes(place, author, since);
    }
  }
}
