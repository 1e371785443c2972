package org.wormholes.rules.codec;

/// The numbers of what canonical bytes are made of; never reused. Kryo keeps those below 16 to
/// itself.
final class Kinds {
  static final int STRING = 16;
  static final int LIST = 17;
  static final int OPTION = 18;

  static final int RULESET = 20;
  static final int NETWORK = 21;
  static final int TUNNEL = 22;
  static final int SOCKS = 23;
  static final int HTTP = 24;
  static final int FORWARD = 25;
  static final int RELAYS = 26;
  static final int DISTINCT = 27;
  static final int GUARD = 28;
  static final int EXIT = 29;
  static final int EXIT_CLAUSE = 30;
  static final int RESOLVE_BY_SYSTEM = 31;
  static final int RESOLVE_BY_SERVERS = 32;
  static final int DURATION = 33;
  static final int ISOLATION = 34;
  static final int SHAPE = 35;
  static final int ROUTE = 36;
  static final int EXPECTATION = 37;
  static final int FLOW = 38;
  static final int GIVEN = 39;
  static final int SOURCES = 40;
  static final int POSITION = 41;
  static final int GROUP = 42;
  static final int PROBE = 43;
  static final int GATEWAY = 44;
  static final int SERVER = 45;
  static final int PUBLICATION = 46;
  static final int DNS = 48;
  static final int VIA = 50;
  static final int TABLE = 52;

  static final int YES_NO = 64;
  static final int QUANTITY = 65;
  static final int TEXT = 66;
  static final int TIME = 67;
  static final int ADDRESS = 68;
  static final int FACT = 69;
  static final int NOT = 70;
  static final int AND = 71;
  static final int OR = 72;
  static final int CHOOSE = 73;
  static final int COMPARE = 74;
  static final int ARITHMETIC = 75;
  static final int BETWEEN = 76;
  static final int TIME_WINDOW = 77;
  static final int MEMBER = 78;
  static final int MATCHES = 79;
  static final int TEXT_TEST = 80;
  static final int LENGTH = 81;
  static final int BYTE_SIZE = 82;
  static final int DOWNCASE = 83;
  static final int ADDRESS_TEST = 84;
  static final int FACT_OF = 85;

  static final int TEXT_SET = 96;
  static final int QUANTITY_SET = 97;
  static final int DOMAIN_SET = 98;
  static final int ADDRESS_SET = 99;

  // The details of a head that holds a verdict.
  static final int REFUSE = 0;
  static final int DIRECT = 1;
  static final int TO = 2;
  static final int MARK = 3;

  private Kinds() {}
}
