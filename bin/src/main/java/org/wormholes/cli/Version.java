package org.wormholes.cli;

import picocli.CommandLine.IVersionProvider;

/// The version in the manifest of our jar, and the Java it runs on.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"wormholes %s (Java %s)".formatted(ours(), Runtime.version())};
  }

  private static String ours() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "unpacked" : version;
  }
}
