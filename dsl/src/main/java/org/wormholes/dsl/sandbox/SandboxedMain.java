package org.wormholes.dsl.sandbox;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.wormholes.dsl.Compilation;
import org.wormholes.dsl.Compiler;
import org.wormholes.dsl.ListFiles;
import org.wormholes.dsl.Options;
import org.wormholes.dsl.Problem;
import org.wormholes.dsl.Tier;
import org.wormholes.rules.Position;
import org.wormholes.rules.SourceMap;

/// The child: it was born inside Landlock, starts Ruby, gives up the rest, and only then lets the
/// script run. It ends with `halt`, since no thread may be started any more.
final class SandboxedMain {
  /// Written once the process is locked in; the script's time counts from then.
  static final byte LOCKED = 'L';

  /// The exit code of a child that could not be locked in.
  static final int NOT_LOCKED = 41;

  /// What [-XX:+ExitOnOutOfMemoryError] exits with.
  static final int OUT_OF_MEMORY = 3;

  private static final String LIBRARY = "META-INF/jruby.home/lib/ruby/stdlib/time.rb";
  private static final String CLASS = ".class";
  private static final int MAX_REQUEST = 128 << 20;

  private SandboxedMain() {}

  public static void main(String[] arguments) {
    int code = 1;
    try {
      Request request = Request.decode(System.in.readNBytes(MAX_REQUEST));
      write(reply(compile(request), request));
      code = 0;
    } catch (IOException | RuntimeException e) {
      System.err.println("the sandbox failed: " + e);
    } finally {
      Runtime.getRuntime().halt(code);
    }
  }

  private static Compilation compile(Request request) throws IOException {
    readyClasses();
    Options options =
        Options.of(Tier.FULL).with(lists(request)).using(request.uses()).within(request.limit());
    return Compiler.compile(
        request.name(), Request.bytes(request.script()), options, () -> lockIn(request.limit()));
  }

  /// Files can't be looked for any more once the process is locked in. A name that nothing has
  /// makes the loader open each jar; classes that lie in folders, as in a build, are loaded one by
  /// one.
  private static void readyClasses() throws IOException {
    ClassLoader loader = SandboxedMain.class.getClassLoader();
    if (loader.getResource("org/wormholes/dsl/sandbox/absent") != null) {
      throw new IllegalStateException("a class path that has everything");
    }
    for (Path entry : Grants.classPath()) {
      if (Files.isDirectory(entry)) {
        loadAll(entry, loader);
      }
    }
    // `require` opens the jar of Ruby's own library by its address, once.
    try (InputStream in = loader.getResourceAsStream(LIBRARY)) {
      if (in == null) {
        throw new IllegalStateException("Ruby without its library");
      }
    }
  }

  private static void loadAll(Path folder, ClassLoader loader) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = folder.relativize(file).toString().replace('/', '.');
        if (name.startsWith("org.wormholes.") && name.endsWith(CLASS)) {
          try {
            Class.forName(name.substring(0, name.length() - CLASS.length()), false, loader);
          } catch (ClassNotFoundException | LinkageError e) {
            // A test's class, for instance: nothing that is needed here.
          }
        }
      }
    }
  }

  private static void lockIn(Duration limit) {
    boolean locked = false;
    try {
      Limits.restrictProcess(limit);
      Seccomp.restrictProcess();
      write(new byte[] {LOCKED});
      locked = true;
    } catch (SandboxUnavailableException | IOException e) {
      System.err.println(e.getMessage());
    } finally {
      if (!locked) {
        Runtime.getRuntime().halt(NOT_LOCKED);
      }
    }
  }

  private static byte[] reply(Compilation compilation, Request request) {
    byte[] reply = Reply.encode(compilation);
    if (reply.length <= Reply.MAX_BYTES) {
      return reply;
    }
    Problem tooLong =
        new Problem(
            Problem.Severity.ERROR,
            new Position(request.name(), 1, 1, 0, ""),
            "the ruleset compiles to " + reply.length + " bytes",
            "at most " + Reply.MAX_BYTES + " bytes from the sandbox",
            "");
    return Reply.encode(
        new Compilation(Optional.empty(), SourceMap.EMPTY, List.of(tooLong), false));
  }

  private static void write(byte[] bytes) throws IOException {
    // Not closed: the stream is that of the process.
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    out.write(bytes);
  }

  /// Lists of the ruleset's folder. Landlock keeps links from leading out.
  private static ListFiles lists(Request request) {
    return new ListFiles() {
      @Override
      public Optional<byte[]> read(String name) {
        try {
          Path file = request.folder().resolve(name).normalize();
          if (!file.startsWith(request.folder())) {
            return Optional.empty();
          }
          return OpenedFile.read(file, MAX_BYTES + 1);
        } catch (InvalidPathException e) {
          return Optional.empty();
        }
      }

      @Override
      public List<String> names() {
        return request.lists();
      }
    };
  }
}
