package org.wormholes.protocol.directory;

/// The bounds of a directory.
///
/// @param maxDescriptors nodes known at a time; when full, new ones are refused until others expire
/// @param maxPerSubnet nodes known in one [NodeDescriptor#subnet()], 0 for no bound. Loopback and
///   nodes without a subnet do not count
public record DirectoryLimits(int maxDescriptors, int maxPerSubnet) {
  /// What suits a public network.
  public static final DirectoryLimits DEFAULT = new DirectoryLimits(8_192, 64);

  public DirectoryLimits {
    if (maxDescriptors < 1 || maxPerSubnet < 0) {
      throw new IllegalArgumentException("a directory must hold at least one node");
    }
  }
}
