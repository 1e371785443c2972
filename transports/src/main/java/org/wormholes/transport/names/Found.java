package org.wormholes.transport.names;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What a server answered.
public final class Found {
  /// Longer answers are not worth remembering.
  public static final int MAX_KEPT_BYTES = 4_096;

  private static final int MAX_ALIASES = 16;
  private static final Duration NEGATIVE_WITHOUT_SOA = Duration.ofSeconds(5);

  /// RFC 2308 section 5: "values of one to three hours have been found to work well".
  private static final Duration MAX_NEGATIVE = Duration.ofHours(3);

  private static final Duration MAX_POSITIVE = Duration.ofDays(1);

  private final Record question;
  private final Message message;

  Found(Record question, Message message) {
    this.question = question;
    this.message = message;
  }

  /// Whether the whole did not fit, and a connection has to be asked.
  public boolean isTruncated() {
    return message.getHeader().getFlag(Flags.TC);
  }

  /// Whether the server says of itself that it could not answer: another one may.
  public boolean isFailure() {
    int code = message.getRcode();
    return code != Rcode.NOERROR && code != Rcode.NXDOMAIN;
  }

  /// Whether there is no such name.
  public boolean isNoName() {
    return message.getRcode() == Rcode.NXDOMAIN;
  }

  /// The addresses that the answer leads to over its aliases.
  public List<InetAddress> addresses() {
    List<InetAddress> addresses = new ArrayList<>();
    for (Record record : chain()) {
      if (record instanceof ARecord four) {
        addresses.add(four.getAddress());
      } else if (record instanceof AAAARecord six) {
        addresses.add(six.getAddress());
      }
    }
    return addresses;
  }

  /// How long the answer may be remembered: the least time to live on the way, or what the zone
  /// says of what is not there (RFC 2308 section 5).
  public Duration timeToLive() {
    List<Record> chain = chain();
    boolean found = chain.stream().anyMatch(record -> record.getType() == question.getType());
    Duration least =
        chain.stream()
            .map(record -> Lookup.timeToLive(record.getTTL()))
            .min(Duration::compareTo)
            .orElse(MAX_POSITIVE);
    Duration most = found ? MAX_POSITIVE : negative();
    return least.compareTo(most) < 0 ? least : most;
  }

  private Duration negative() {
    return message.getSection(Section.AUTHORITY).stream()
        .filter(SOARecord.class::isInstance)
        .map(SOARecord.class::cast)
        .map(soa -> Lookup.timeToLive(Math.min(soa.getTTL(), soa.getMinimum())))
        .min(Duration::compareTo)
        .map(zone -> zone.compareTo(MAX_NEGATIVE) < 0 ? zone : MAX_NEGATIVE)
        .orElse(NEGATIVE_WITHOUT_SOA);
  }

  /// The records that answer the question: its aliases one after the other, and what they lead to.
  private List<Record> chain() {
    List<Record> answers = message.getSection(Section.ANSWER);
    List<Record> chain = new ArrayList<>();
    Name at = question.getName();
    for (int aliases = 0; aliases < MAX_ALIASES; aliases++) {
      Name here = at;
      answers.stream()
          .filter(it -> it.getName().equals(here) && it.getType() == question.getType())
          .forEach(chain::add);
      Optional<CNAMERecord> alias =
          answers.stream()
              .filter(it -> it.getName().equals(here) && it.getType() == Type.CNAME)
              .map(CNAMERecord.class::cast)
              .findFirst();
      if (alias.isEmpty() || question.getType() == Type.CNAME) {
        break;
      }
      chain.add(alias.get());
      at = alias.get().getTarget();
    }
    return chain;
  }

  /// The answer as a message for others: without what is only between two servers, and without
  /// records that lead where nobody may go.
  ///
  /// @param most no record lives longer
  public byte[] forward(Predicate<InetAddress> allowed, Duration most) {
    return Answers.forward(message, question, allowed, most).toWire();
  }

  /// About how much memory it takes.
  public int bytes() {
    return message.numBytes();
  }
}
