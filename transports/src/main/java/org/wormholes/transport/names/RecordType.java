package org.wormholes.transport.names;

import org.xbill.DNS.Type;

/// The types of records that have a meaning here.
public final class RecordType {
  public static final int A = Type.A;
  public static final int AAAA = Type.AAAA;

  private RecordType() {}
}
