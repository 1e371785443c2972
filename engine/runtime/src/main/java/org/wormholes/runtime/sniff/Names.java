package org.wormholes.runtime.sniff;

/// Names of a server that a client said in the clear, in the plain form of `Host`; empty where it
/// said none.
///
/// @param sni by TLS (RFC 6066 section 3)
/// @param httpHost by HTTP/1 (RFC 9112 section 3.2)
public record Names(String sni, String httpHost) {
  /// Nothing was said.
  public static final Names NONE = new Names("", "");
}
