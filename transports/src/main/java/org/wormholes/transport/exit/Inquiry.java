package org.wormholes.transport.exit;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.transport.names.Found;
import org.wormholes.transport.names.Lookup;
import org.wormholes.transport.socket.NettyLoop;

/// One question, put to servers in their order, twice round, until one of them answers it.
final class Inquiry {
  private static final int ROUNDS = 2;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final NettyLoop loop;
  private final NameQuestion question;
  private final List<Servers.Endpoint> turns = new ArrayList<>();
  private final Consumer<Outcome> outcome;
  private boolean answered;

  /// An answer, or none.
  ///
  /// @param found empty where no server gave one
  /// @param heard whether some server said at least that it can't
  record Outcome(Optional<Found> found, boolean heard) {}

  private Inquiry(
      NettyLoop loop,
      NameQuestion question,
      List<Servers.Endpoint> servers,
      Consumer<Outcome> outcome) {
    this.loop = loop;
    this.question = question;
    this.outcome = outcome;
    for (int round = 0; round < ROUNDS; round++) {
      turns.addAll(servers);
    }
  }

  /// Asks; `outcome` hears once, on `loop`.
  static void start(
      NettyLoop loop,
      NameQuestion question,
      List<Servers.Endpoint> servers,
      Consumer<Outcome> outcome) {
    new Inquiry(loop, question, servers, outcome).next();
  }

  private void next() {
    if (turns.isEmpty()) {
      outcome.accept(new Outcome(Optional.empty(), answered));
      return;
    }
    Servers.Endpoint server = turns.removeFirst();
    ask(server.first(), Optional.of(server.whole()));
  }

  private void ask(Upstream upstream, Optional<Upstream> whole) {
    Lookup lookup = Lookup.of(question, RANDOM.nextInt());
    upstream.exchange(
        loop,
        new Upstream.Question() {
          @Override
          public byte[] bytes() {
            return lookup.toBytes();
          }

          @Override
          public byte[] padded() {
            return lookup.toPaddedBytes();
          }

          @Override
          public boolean isAnswer(byte[] response) {
            Optional<Found> found = lookup.read(response);
            found.ifPresent(it -> take(it, whole));
            return found.isPresent();
          }

          @Override
          public void onFailed() {
            next();
          }
        });
  }

  private void take(Found found, Optional<Upstream> whole) {
    if (found.isTruncated() && whole.isPresent()) {
      ask(whole.get(), Optional.empty());
    } else if (found.isFailure() || found.isTruncated()) {
      answered = true;
      next();
    } else {
      outcome.accept(new Outcome(Optional.of(found), true));
    }
  }
}
