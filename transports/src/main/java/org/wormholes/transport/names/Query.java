package org.wormholes.transport.names;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.wormholes.protocol.circuit.Host;
import org.wormholes.protocol.circuit.NameQuestion;
import org.wormholes.runtime.spi.NameAnswer;
import org.wormholes.runtime.spi.NameFailure;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A message that came to a DNS entry, and how it is answered.
public final class Query {
  /// The longest response over a connection.
  public static final int CONNECTION = 65_535;

  /// Without EDNS (RFC 1035 section 4.2.1).
  private static final int OLD_DATAGRAM = 512;

  private static final int HEADER = 12;

  /// Characters that explain an error, so that a response still fits a small datagram.
  private static final int MAX_WHY = 160;

  private static final int FIRST_META_TYPE = 128;
  private static final int LAST_META_TYPE = 255;

  private final Message message;
  private final @Nullable OPTRecord edns;

  private Query(Message message) {
    this.message = message;
    this.edns = message.getOPT();
  }

  /// Reads a message; empty where it deserves no answer: a response, or not even a header.
  public static Optional<Query> parse(byte[] bytes) {
    if (bytes.length < HEADER || (bytes[2] & 0x80) != 0) {
      return Optional.empty();
    }
    Optional<Message> whole = Lookup.parse(bytes);
    if (whole.isPresent()) {
      return whole.map(Query::new);
    }
    // A header and nothing that can be read: it is told so (RFC 1035 section 4.1.1).
    Message unreadable = new Message((bytes[0] & 0xff) << 8 | (bytes[1] & 0xff));
    return Optional.of(new Query(unreadable));
  }

  /// What is asked; empty where [#refusal] is the answer.
  public Optional<NameQuestion> question() {
    if (code() != Rcode.NOERROR) {
      return Optional.empty();
    }
    Record asked = message.getQuestion();
    String name = asked.getName().toString(true).toLowerCase(Locale.ROOT);
    boolean root = asked.getName().labels() == 1;
    return Optional.of(new NameQuestion(root ? "" : name, asked.getType(), wantsSignatures()));
  }

  /// Whether who asked checks signatures itself (RFC 4035 section 3.2.2).
  public boolean unchecked() {
    return message.getHeader().getFlag(Flags.CD);
  }

  private boolean wantsSignatures() {
    return edns != null && (edns.getFlags() & ExtendedFlags.DO) != 0;
  }

  /// How many seconds a response may be kept by what passes it on (RFC 8484 section 5.1).
  public static long freshSeconds(byte[] response) {
    return Lookup.parse(response)
        .filter(message -> message.getQuestion() != null)
        .filter(
            message -> message.getRcode() == Rcode.NOERROR || message.getRcode() == Rcode.NXDOMAIN)
        .map(message -> new Found(message.getQuestion(), message).timeToLive().toSeconds())
        .orElse(0L);
  }

  private int code() {
    if (message.getHeader().getOpcode() != Opcode.QUERY) {
      return Rcode.NOTIMP;
    }
    List<Record> questions = message.getSection(Section.QUESTION);
    if (questions.size() != 1) {
      return Rcode.FORMERR;
    }
    if (edns != null && edns.getVersion() != 0) {
      return Rcode.BADVERS;
    }
    Record asked = questions.getFirst();
    int type = asked.getType();
    boolean meta = type == 0 || (type >= FIRST_META_TYPE && type <= LAST_META_TYPE);
    if (meta || type == Type.OPT || asked.getDClass() != DClass.IN) {
      return Rcode.NOTIMP;
    }
    String name = asked.getName().toString(true).toLowerCase(Locale.ROOT);
    boolean known = asked.getName().labels() == 1 || Host.isName(name);
    return known ? Rcode.NOERROR : Rcode.REFUSED;
  }

  /// The bytes of a datagram that whoever asked takes.
  public int datagram() {
    return edns == null
        ? OLD_DATAGRAM
        : Math.clamp(edns.getPayloadSize(), OLD_DATAGRAM, Lookup.DATAGRAM);
  }

  /// The answer to a query that asks nothing that can be answered.
  public byte[] refusal(int most) {
    return finish(response(code()), most, null);
  }

  /// The answer of a server that has too much to do.
  public byte[] overload(int most) {
    return finish(response(Rcode.SERVFAIL), most, null);
  }

  /// The answer as a message of at most `most` bytes, cut short and marked so where it does not
  /// fit.
  public byte[] reply(NameAnswer answer, int most) {
    return switch (answer) {
      case NameAnswer.Addresses(List<InetAddress> addresses, Duration timeToLive) ->
          finish(withAddresses(addresses, timeToLive), most, null);
      case NameAnswer.Records records -> finish(withRecords(records), most, null);
      case NameAnswer.Bogus(int code, String why, _) ->
          finish(response(Rcode.SERVFAIL), most, new ExtendedErrorCodeOption(code, shortened(why)));
      case NameAnswer.Nothing(NameFailure why, _) ->
          finish(response(code(why)), most, explained(why));
    };
  }

  private static int code(NameFailure why) {
    return switch (why) {
      // Whoever hears REFUSED asks somebody else, which is what the rules want to prevent.
      case NOT_FOUND, REFUSED -> Rcode.NXDOMAIN;
      case TIMED_OUT, FAILED, LIMIT -> Rcode.SERVFAIL;
    };
  }

  private Message response(int code) {
    Message response = new Message(message.getHeader().getID());
    response.getHeader().setOpcode(message.getHeader().getOpcode());
    response.getHeader().setFlag(Flags.QR);
    response.getHeader().setFlag(Flags.RA);
    if (message.getHeader().getFlag(Flags.RD)) {
      response.getHeader().setFlag(Flags.RD);
    }
    if (message.getHeader().getFlag(Flags.CD)) {
      response.getHeader().setFlag(Flags.CD);
    }
    response.getHeader().setRcode(code & 15);
    if (message.getSection(Section.QUESTION).size() == 1) {
      response.addRecord(message.getQuestion(), Section.QUESTION);
    }
    return response;
  }

  private Message withAddresses(List<InetAddress> addresses, Duration timeToLive) {
    Message response = response(Rcode.NOERROR);
    Record asked = message.getQuestion();
    long seconds = Math.max(1, timeToLive.toSeconds());
    for (InetAddress address : addresses) {
      boolean four = address instanceof Inet4Address;
      if (asked.getType() == (four ? Type.A : Type.AAAA)) {
        response.addRecord(
            four
                ? new ARecord(asked.getName(), DClass.IN, seconds, address)
                : new AAAARecord(asked.getName(), DClass.IN, seconds, address),
            Section.ANSWER);
      }
    }
    return response;
  }

  private Message withRecords(NameAnswer.Records records) {
    Optional<Message> found =
        Lookup.parse(records.message().toArray())
            .filter(it -> it.getHeader().getFlag(Flags.QR))
            .filter(it -> it.getSection(Section.QUESTION).size() == 1)
            .filter(it -> message.getQuestion().equals(it.getQuestion()));
    if (found.isEmpty()) {
      return response(Rcode.SERVFAIL);
    }
    Message clean =
        Answers.forward(
            found.get(), message.getQuestion(), records.allowed(), records.timeToLive());
    Message response = response(clean.getRcode());
    boolean whole = true;
    for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
      List<Record> kept = clean.getSection(section);
      whole &= kept.size() == found.get().getSection(section).size();
      kept.stream().filter(this::isWanted).forEach(record -> response.addRecord(record, section));
    }
    // RFC 6840 section 5.7: AD in a question says that it is understood in the answer.
    boolean understood = wantsSignatures() || message.getHeader().getFlag(Flags.AD);
    if (records.secure() && whole && understood) {
      response.getHeader().setFlag(Flags.AD);
    }
    return response;
  }

  /// RFC 4035 section 3.2.1: who does not ask for signatures gets none.
  private boolean isWanted(Record record) {
    int type = record.getType();
    boolean proof = type == Type.RRSIG || type == Type.NSEC || type == Type.NSEC3;
    return !proof || wantsSignatures() || type == message.getQuestion().getType();
  }

  private static String shortened(String why) {
    return why.length() <= MAX_WHY ? why : why.substring(0, MAX_WHY);
  }

  private byte[] finish(Message response, int most, @Nullable ExtendedErrorCodeOption why) {
    if (edns != null) {
      int flags = edns.getFlags() & ExtendedFlags.DO;
      int high = code() == Rcode.BADVERS ? Rcode.BADVERS >> 4 : 0;
      OPTRecord own =
          why == null
              ? new OPTRecord(Lookup.DATAGRAM, high, 0, flags)
              : new OPTRecord(Lookup.DATAGRAM, high, 0, flags, why);
      response.addRecord(own, Section.ADDITIONAL);
    }
    return response.toWire(most);
  }

  /// RFC 8914: what went wrong, for those who look.
  private static ExtendedErrorCodeOption explained(NameFailure why) {
    return switch (why) {
      case REFUSED -> new ExtendedErrorCodeOption(ExtendedErrorCodeOption.BLOCKED);
      case TIMED_OUT -> new ExtendedErrorCodeOption(ExtendedErrorCodeOption.NO_REACHABLE_AUTHORITY);
      case NOT_FOUND, FAILED, LIMIT -> new ExtendedErrorCodeOption(ExtendedErrorCodeOption.OTHER);
    };
  }
}
