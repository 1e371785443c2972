package org.wormholes.dsl;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jruby.Ruby;
import org.jruby.RubyException;
import org.jruby.RubyInstanceConfig;
import org.jruby.RubyThread;
import org.jruby.exceptions.RaiseException;
import org.jruby.runtime.backtrace.RubyStackTraceElement;
import org.jruby.runtime.builtin.IRubyObject;
import org.jspecify.annotations.Nullable;

/// Runs a script's description words in a JRuby of its own, thrown away afterwards. This is for
/// one's own files: it limits time, and nothing else.
final class FullTier {
  private static final String ROOMS = "rooms.rb";

  /// Most time for Ruby itself to start, on a machine that is very busy.
  static final Duration LONGEST_BOOT = Duration.ofMinutes(1);

  private static final long STACK_BYTES = 64L << 20;

  private final Source source;
  private final CallSites sites;
  private final Reader reader;
  private final Builder builder;
  private final Problems problems;
  private final Runnable beforeScript;

  /// Whether nobody waits for the script any more: how it ends is not told then.
  private volatile boolean givenUp;

  private FullTier(
      Source source,
      CallSites sites,
      Reader reader,
      Builder builder,
      Problems problems,
      Runnable beforeScript) {
    this.source = source;
    this.sites = sites;
    this.reader = reader;
    this.builder = builder;
    this.problems = problems;
    this.beforeScript = beforeScript;
  }

  /// Runs the script, for at most the given time after Ruby has started.
  ///
  /// @return whether it came to an end; if not, the draft must not be looked at
  static boolean run(
      Source source,
      CallSites sites,
      Reader reader,
      Builder builder,
      Problems problems,
      Duration limit,
      Runnable beforeScript) {
    FullTier tier = new FullTier(source, sites, reader, builder, problems, beforeScript);
    AtomicReference<@Nullable Ruby> running = new AtomicReference<>();
    CountDownLatch booted = new CountDownLatch(1);
    Thread thread =
        new Thread(null, () -> tier.run(running, booted), "ruleset-ruby", STACK_BYTES, false);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((t, thrown) -> failure.set(thrown));
    thread.start();
    boolean ended = joined(thread, booted, limit);
    if (!ended) {
      tier.givenUp = true;
      problems.add(
          Problem.error(
                  source.position(0, 0),
                  "the ruleset ran longer than " + Units.showSpan(limit.toNanos()))
              .hinting("a ruleset only describes: look for a loop that does not end"));
      stop(running.get());
      return false;
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      problems.add(Problem.error(source.position(0, 0), "Ruby failed: " + thrown));
    }
    return thrown == null;
  }

  private static boolean joined(Thread thread, CountDownLatch booted, Duration limit) {
    try {
      if (!booted.await(LONGEST_BOOT.toSeconds(), TimeUnit.SECONDS)) {
        return false;
      }
      return thread.join(limit);
    } catch (InterruptedException e) {
      // Whoever waits for the compilation gave it up; the thread that is asked ends here anyway.
      return false;
    }
  }

  /// Asks the runaway to end at its next safe point; it is a daemon and holds nothing.
  private static void stop(@Nullable Ruby ruby) {
    if (ruby != null) {
      RubyThread main = ruby.getThreadService().getMainThread();
      main.raise(ruby.getObject().getConstant(ruby.getCurrentContext(), "Interrupt"));
    }
  }

  private void run(AtomicReference<@Nullable Ruby> running, CountDownLatch booted) {
    try {
      Ruby ruby = Ruby.newInstance(configuration());
      running.set(ruby);
      run(ruby, booted);
    } finally {
      booted.countDown();
    }
  }

  private void run(Ruby ruby, CountDownLatch booted) {
    try {
      RubyBridge bridge = new RubyBridge(ruby, source, sites, reader, builder, problems);
      bridge.open(rooms());
      beforeScript.run();
      booted.countDown();
      ruby.executeScript(prepared(source), source.file());
    } catch (RaiseException e) {
      if (!givenUp) {
        problems.add(told(ruby, e.getException()));
      }
    } catch (Exhausted told) {
      problems.add(Problem.error(source.position(0, 0), "the ruleset takes too much work to read"));
    } catch (StackOverflowError e) {
      problems.add(Problem.error(source.position(0, 0), "the ruleset calls itself without end"));
    } finally {
      ruby.tearDown(false);
    }
  }

  private static RubyInstanceConfig configuration() {
    RubyInstanceConfig config = new RubyInstanceConfig();
    config.setDisableGems(true);
    config.setDisableDidYouMean(true);
    config.setDisableErrorHighlight(true);
    config.setDisableSyntaxSuggest(true);
    config.setDisableRUBYOPT(true);
    config.setNativeEnabled(false);
    config.setCompileMode(RubyInstanceConfig.CompileMode.OFF);
    config.setSourceEncoding("UTF-8");
    config.setExternalEncoding("UTF-8");
    config.setInput(InputStream.nullInputStream());
    // What a script prints is not part of its meaning, and must not mix with what the command
    // prints.
    config.setOutput(
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    config.setError(
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    return config;
  }

  /// Puts the units in force for the script alone, without moving its lines.
  private static String prepared(Source source) {
    return "using Wormholes::Units; " + source.text();
  }

  private static String rooms() {
    try (InputStream in = FullTier.class.getResourceAsStream(ROOMS)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + ROOMS);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("reading " + ROOMS, e);
    }
  }

  private Problem told(Ruby ruby, RubyException exception) {
    int line = 1;
    for (RubyStackTraceElement element : exception.getBacktraceElements()) {
      if (element.getFileName().equals(source.file())) {
        line = element.getLineNumber();
        break;
      }
    }
    String kind = exception.getMetaClass().getRealClass().getName(ruby.getCurrentContext());
    IRubyObject text = exception.callMethod(ruby.getCurrentContext(), "message");
    return Problem.error(
        source.positionOfLine(Math.max(1, line)),
        "Ruby stopped here: " + firstLine(text.toString()) + " (" + kind + ")");
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
