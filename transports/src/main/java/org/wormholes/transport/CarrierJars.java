package org.wormholes.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import org.wormholes.transport.socket.CarrierProvider;

/// The carriers on the class path, and those in jars that the operator names. Code in such a jar
/// may do whatever the process may, so one that others could have changed is refused.
final class CarrierJars implements AutoCloseable {
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final URLClassLoader loader;
  private final List<CarrierProvider> providers;

  private CarrierJars(URLClassLoader loader, List<CarrierProvider> providers) {
    this.loader = loader;
    this.providers = List.copyOf(providers);
  }

  /// Loads them.
  ///
  /// @throws IllegalArgumentException if a jar cannot be used; the message is shown to the operator
  static CarrierJars open(List<Path> jars) {
    List<URL> urls = new ArrayList<>();
    for (Path jar : jars) {
      check(jar);
      try {
        urls.add(jar.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException("carriers of others: cannot use " + jar, e);
      }
    }
    URLClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), CarrierJars.class.getClassLoader());
    try {
      return new CarrierJars(loader, load(loader));
    } catch (IllegalArgumentException e) {
      close(loader);
      throw e;
    }
  }

  private static void check(Path jar) {
    if (!Files.isRegularFile(jar) || !Files.isReadable(jar)) {
      throw new IllegalArgumentException("carriers of others: cannot read the jar " + jar);
    }
    try {
      Set<PosixFilePermission> permissions =
          Files.getFileStore(jar).supportsFileAttributeView("posix")
              ? Files.getPosixFilePermissions(jar)
              : Set.of();
      if (permissions.stream().anyMatch(OTHERS_WRITE::contains)) {
        throw new IllegalArgumentException(
            "carriers of others: others may write to %s, see chmod go-w".formatted(jar));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("carriers of others: cannot read the jar " + jar, e);
    }
  }

  private static List<CarrierProvider> load(ClassLoader loader) {
    List<CarrierProvider> found = new ArrayList<>();
    try {
      for (CarrierProvider each : ServiceLoader.load(CarrierProvider.class, loader)) {
        if (!each.name().matches("[a-z0-9-]{1,16}")) {
          throw new IllegalArgumentException(
              "a carrier is named by 1..16 of a-z, 0-9 and -, %s says %s"
                  .formatted(each.getClass().getName(), each.name()));
        }
        if (found.stream().anyMatch(other -> other.name().equals(each.name()))) {
          throw new IllegalArgumentException("there are two carriers " + each.name());
        }
        found.add(each);
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new IllegalArgumentException("carriers of others: " + e.getMessage(), e);
    }
    return found;
  }

  List<CarrierProvider> providers() {
    return providers;
  }

  @Override
  public void close() {
    close(loader);
  }

  private static void close(URLClassLoader loader) {
    try {
      loader.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing jars of carriers", e);
    }
  }
}
