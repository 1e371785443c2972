package org.wormholes.transport.names;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.protocol.wire.Bytes;
import org.wormholes.rules.Dnssec;
import org.wormholes.rules.TrustAnchor;
import org.wormholes.runtime.spi.Loop;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameChecker;
import org.wormholes.runtime.spi.NameFailure;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.dnssec.ValidatingResolver;

/// Checks signatures with dnsjava's validator, whose only way to ask anything is the asker of the
/// question that is checked. Keys are remembered for a quarter of an hour at most.
public final class SignatureChecker implements NameChecker {
  /// For all of a check.
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /// What may be asked for the sake of one name: its zones are seldom more than five, each with two
  /// questions, and aliases may lead through a few such names.
  private static final int MAX_STEPS = 64;

  /// How long a failed check stands, so that who asks again and again does not keep us busy.
  private static final Duration BOGUS = Duration.ofSeconds(5);

  private final ValidatingResolver validator;
  private final Executor worker;
  private final Clock clock;

  /// @param worker where signatures are calculated; never a loop
  public SignatureChecker(Dnssec dnssec, Executor worker, Clock clock) {
    this.worker = worker;
    this.clock = clock;
    this.validator = new ValidatingResolver(new Steps(), clock);
    validator.setAddReasonToAdditional(false);
    validator.getTrustAnchors().clear();
    String anchors =
        RootKeys.with(dnssec).stream()
            .map(TrustAnchor::toString)
            .map(anchor -> anchor.replace(" DS ", " IN DS "))
            .collect(Collectors.joining("\n", "", "\n"));
    try {
      validator.loadTrustAnchors(
          new ByteArrayInputStream(anchors.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException impossible) {
      throw new UncheckedIOException("reading trust anchors that were read before", impossible);
    }
  }

  @Override
  public void check(NameQuestion question, Asker asker, Loop loop, Consumer<NameAnswer> answer) {
    new Check(question, asker, loop, answer).start();
  }

  /// One question and all that is asked for its sake. The validator hands it from step to step as
  /// the executor on which it goes on.
  private final class Check implements Executor {
    private final NameQuestion question;
    private final Asker asker;
    private final Loop loop;
    private final Consumer<NameAnswer> answer;
    private final Loop.Cancellable timeout;
    private boolean over;

    // Of the stages of the validation, which follow each other:
    private int steps;
    private Optional<NameFailure> failure = Optional.empty();
    private NameAnswer.@Nullable Records first;

    Check(NameQuestion question, Asker asker, Loop loop, Consumer<NameAnswer> answer) {
      this.question = question;
      this.asker = asker;
      this.loop = loop;
      this.answer = answer;
      this.timeout =
          loop.schedule(PATIENCE, () -> end(new NameAnswer.Nothing(NameFailure.TIMED_OUT)));
    }

    void start() {
      Message query =
          Message.newQuery(
              Record.newRecord(Lookup.name(question.name()), question.type(), DClass.IN));
      goOn(() ->
          validator
              .sendAsync(query, this)
              .whenComplete((found, broken) -> {
                NameAnswer result =
                    broken == null
                        ? result(found)
                        : new NameAnswer.Nothing(failure.orElse(NameFailure.FAILED));
                loop.execute(() -> end(result));
              }));
    }

    @Override
    public void execute(Runnable task) {
      worker.execute(task);
    }

    private void end(NameAnswer result) {
      if (!over) {
        over = true;
        timeout.cancel();
        answer.accept(result);
      }
    }

    /// Asks one question for the validator.
    CompletionStage<Message> step(Message query) {
      Optional<NameQuestion> next = question(query.getQuestion());
      if (next.isEmpty() || ++steps > MAX_STEPS) {
        return CompletableFuture.completedFuture(unanswered(query, NameFailure.FAILED));
      }
      CompletableFuture<Message> found = new CompletableFuture<>();
      loop.execute(() -> {
        if (!over) {
          asker.ask(next.get(), heard -> goOn(() -> found.complete(message(query, heard))));
        }
      });
      return found;
    }

    private void goOn(Runnable task) {
      try {
        execute(task);
      } catch (RejectedExecutionException stopping) {
        end(new NameAnswer.Nothing(NameFailure.FAILED));
      }
    }

    private Message message(Message query, NameAnswer heard) {
      return switch (heard) {
        case NameAnswer.Records records -> {
          Optional<Message> message =
              Lookup.parse(records.message().toArray())
                  .filter(it -> it.getHeader().getFlag(Flags.QR))
                  .filter(it -> it.getSection(Section.QUESTION).size() == 1)
                  .filter(it -> query.getQuestion().equals(it.getQuestion()));
          if (first == null) {
            first = records;
          }
          yield message.orElseGet(() -> unanswered(query, NameFailure.FAILED));
        }
        case NameAnswer.Nothing(NameFailure why, _) -> unanswered(query, why);
        case NameAnswer.Addresses _, NameAnswer.Bogus _ -> unanswered(query, NameFailure.FAILED);
      };
    }

    private Message unanswered(Message query, NameFailure why) {
      if (failure.isEmpty()) {
        // Whoever says without proof that there is no such name says nothing.
        failure = Optional.of(why == NameFailure.NOT_FOUND ? NameFailure.FAILED : why);
      }
      Message response = new Message(query.getHeader().getID());
      response.getHeader().setFlag(Flags.QR);
      response.getHeader().setRcode(Rcode.SERVFAIL);
      response.addRecord(query.getQuestion(), Section.QUESTION);
      return response;
    }

    private NameAnswer result(Message found) {
      NameAnswer.Records origin = first;
      int code = found.getRcode();
      if (origin == null || (code != Rcode.NOERROR && code != Rcode.NXDOMAIN)) {
        return failure
            .<NameAnswer>map(NameAnswer.Nothing::new)
            .orElseGet(() -> bogus(found.getOPT(), origin));
      }
      boolean secure = found.getHeader().getFlag(Flags.AD);
      Predicate<InetAddress> allowed = origin.allowed();
      return new NameAnswer.Records(
          Bytes.of(found.toWire()), allowed, timeToLive(found, origin.timeToLive()), secure);
    }

    /// No longer than the signatures are good (RFC 4035 section 5.3.3).
    private Duration timeToLive(Message found, Duration told) {
      Duration least = new Found(found.getQuestion(), found).timeToLive();
      least = least.compareTo(told) < 0 ? least : told;
      Instant now = clock.instant();
      for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
        for (Record record : found.getSection(section)) {
          if (record instanceof RRSIGRecord signature) {
            Duration good = Duration.between(now, signature.getExpire());
            Duration most = Lookup.timeToLive(signature.getOrigTTL());
            good = good.compareTo(most) < 0 ? good : most;
            least = least.compareTo(good) < 0 ? least : good;
          }
        }
      }
      return least.isNegative() ? Duration.ZERO : least;
    }
  }

  private NameAnswer bogus(@Nullable OPTRecord edns, NameAnswer.@Nullable Records origin) {
    NameAnswer.Bogus told = told(edns);
    OptionalInt plainly = origin == null ? OptionalInt.empty() : fault(origin);
    return told.code() == ExtendedErrorCodeOption.DNSSEC_BOGUS && plainly.isPresent()
        ? new NameAnswer.Bogus(plainly.getAsInt(), told.why(), BOGUS)
        : told;
  }

  /// What is wrong with all signatures of an answer at first sight.
  private OptionalInt fault(NameAnswer.Records answer) {
    Instant now = clock.instant();
    List<RRSIGRecord> signatures =
        Lookup.parse(answer.message().toArray()).stream()
            .flatMap(it ->
                Stream.concat(
                    it.getSection(Section.ANSWER).stream(),
                    it.getSection(Section.AUTHORITY).stream()))
            .filter(RRSIGRecord.class::isInstance)
            .map(RRSIGRecord.class::cast)
            .toList();
    if (signatures.isEmpty()) {
      return OptionalInt.of(ExtendedErrorCodeOption.RRSIGS_MISSING);
    } else if (signatures.stream().allMatch(it -> it.getExpire().isBefore(now))) {
      return OptionalInt.of(ExtendedErrorCodeOption.SIGNATURE_EXPIRED);
    } else if (signatures.stream().allMatch(it -> it.getTimeSigned().isAfter(now))) {
      return OptionalInt.of(ExtendedErrorCodeOption.SIGNATURE_NOT_YET_VALID);
    }
    return OptionalInt.empty();
  }

  private static NameAnswer.Bogus told(@Nullable OPTRecord edns) {
    List<EDNSOption> options =
        edns == null ? List.of() : edns.getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR);
    return options.stream()
        .filter(ExtendedErrorCodeOption.class::isInstance)
        .map(ExtendedErrorCodeOption.class::cast)
        .findFirst()
        .map(error ->
            new NameAnswer.Bogus(
                error.getErrorCode(), Optional.ofNullable(error.getText()).orElse(""), BOGUS))
        .orElseGet(() -> new NameAnswer.Bogus(ExtendedErrorCodeOption.DNSSEC_BOGUS, "", BOGUS));
  }

  private static Optional<NameQuestion> question(Record asked) {
    boolean root = asked.getName().labels() == 1;
    String name = root ? "" : asked.getName().toString(true).toLowerCase(Locale.ROOT);
    try {
      return Optional.of(new NameQuestion(name, asked.getType(), true));
    } catch (IllegalArgumentException unspeakable) {
      return Optional.empty();
    }
  }

  /// What the validator takes for its resolver.
  private static final class Steps implements Resolver {
    @Override
    public CompletionStage<Message> sendAsync(Message query, Executor executor) {
      return executor instanceof Check check
          ? check.step(query)
          : CompletableFuture.failedFuture(new IOException("nobody to ask"));
    }

    // How a question is asked is its asker's business.

    @Override
    public void setPort(int port) {}

    @Override
    public void setTCP(boolean flag) {}

    @Override
    public void setIgnoreTruncation(boolean flag) {}

    @Override
    public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {}

    @Override
    public void setTSIGKey(TSIG key) {}

    @Override
    public void setTimeout(Duration timeout) {}
  }
}
