package org.wormholes.runtime.local;

/// A program of this machine that opened a connection. What is not known is empty.
///
/// @param process the name of its executable: `curl`
/// @param processPath where that stands: `/usr/bin/curl`
/// @param user login name of who runs it, or the number where there is no name
public record LocalClient(String process, String processPath, String user) {
  /// Nothing is known.
  public static final LocalClient UNKNOWN = new LocalClient("", "", "");
}
