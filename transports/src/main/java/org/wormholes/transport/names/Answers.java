package org.wormholes.transport.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SVCBBase;
import org.xbill.DNS.Section;

/// Copies of messages that hold only what may be passed on.
final class Answers {
  private Answers() {}

  /// A response with the same code, answers and authorities, without additional records.
  static Message forward(
      Message from, Record question, Predicate<InetAddress> allowed, Duration most) {
    Message copy = new Message(0);
    copy.getHeader().setOpcode(Opcode.QUERY);
    copy.getHeader().setFlag(Flags.QR);
    copy.getHeader().setFlag(Flags.RD);
    copy.getHeader().setFlag(Flags.RA);
    copy.getHeader().setRcode(from.getRcode() & 15);
    copy.addRecord(question, Section.QUESTION);
    for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
      for (Record record : from.getSection(section)) {
        if (record.getDClass() == DClass.IN && isAllowed(record, allowed)) {
          copy.addRecord(aged(record, most.toSeconds()), section);
        }
      }
    }
    return copy;
  }

  /// The record with at most so many seconds to live.
  static Record aged(Record record, long most) {
    long seconds = Lookup.timeToLive(record.getTTL()).toSeconds();
    return seconds <= most
        ? record
        : Record.newRecord(
            record.getName(),
            record.getType(),
            record.getDClass(),
            most,
            record.rdataToWireCanonical());
  }

  static boolean isAllowed(Record record, Predicate<InetAddress> allowed) {
    try {
      return switch (record) {
        case ARecord four -> allowed.test(four.getAddress());
        case AAAARecord six -> allowed.test(six.getAddress());
        case SVCBBase service -> hints(service).stream().allMatch(allowed);
        default -> true;
      };
    } catch (UnknownHostException impossible) {
      return false;
    }
  }

  /// Addresses that stand in a record about a service (RFC 9460 section 7.3).
  private static List<InetAddress> hints(SVCBBase service) throws UnknownHostException {
    List<InetAddress> hints = new java.util.ArrayList<>();
    if (service.getSvcParamValue(SVCBBase.IPV4HINT) instanceof SVCBBase.ParameterIpv4Hint four) {
      hints.addAll(four.getAddresses());
    }
    if (service.getSvcParamValue(SVCBBase.IPV6HINT) instanceof SVCBBase.ParameterIpv6Hint six) {
      hints.addAll(six.getAddresses());
    }
    return hints;
  }
}
