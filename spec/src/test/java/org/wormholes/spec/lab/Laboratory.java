package org.wormholes.spec.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// What the tests with real programs share: servers at the far end, and one network with a client
/// in front of them. Started by the first test that asks for it, stopped after the last.
public final class Laboratory implements AutoCloseable {
  private final Path folder;
  private final PageServer pages;
  private final NameServer names;
  private final LiveNetwork network;
  private final AtomicInteger namesGiven = new AtomicInteger();

  private Laboratory() throws IOException {
    folder = Files.createTempDirectory("laboratory");
    pages = PageServer.start().files(Files.createDirectory(folder.resolve("files")));
    names = NameServer.start();
    network = LiveNetwork.start(folder.resolve("network"), names);
  }

  /// Hands the laboratory to test methods that have a parameter of its type.
  public static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Laboratory.class;
    }

    @Override
    public Laboratory resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(Namespace.GLOBAL)
          .computeIfAbsent(Laboratory.class, _ -> start(), Laboratory.class);
    }

    private static Laboratory start() {
      try {
        return new Laboratory();
      } catch (IOException broken) {
        throw new UncheckedIOException("starting the laboratory", broken);
      }
    }
  }

  /// The client's port that understands every kind of proxy request.
  public int socksPort() {
    return network.client().socksPort();
  }

  public LiveNetwork network() {
    return network;
  }

  public PageServer pages() {
    return pages;
  }

  /// The folder behind `/files/` of the pages.
  public Path files() {
    return folder.resolve("files");
  }

  /// The name server that exits use, and nobody else.
  public NameServer names() {
    return names;
  }

  /// A host name nobody has asked for yet. Only the exit's name server knows it.
  public String freshName() {
    return "host" + namesGiven.incrementAndGet() + "." + NameServer.ZONE;
  }

  @Override
  public void close() throws IOException {
    network.close();
    names.close();
    pages.close();
  }
}
