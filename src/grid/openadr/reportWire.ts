import { durationText } from './duration.ts';
import type { Report, ReportInterval } from './model.ts';
import { periodBody } from './wire.ts';

/** The part of a report that both versions spell alike. */
export function reportKeys(report: Report, descriptorKeys: object): object {
  return {
    eventID: report.eventId,
    clientName: report.clientName,
    ...(report.reportName === undefined ? {} : { reportName: report.reportName }),
    payloadDescriptors: report.descriptors.map(({ payloadType, readingType, units }) => ({
      ...descriptorKeys,
      payloadType,
      ...(readingType === undefined ? {} : { readingType }),
      ...(units === undefined ? {} : { units }),
    })),
    resources: report.resources.map(({ resourceName, period, intervals }) => ({
      resourceName,
      ...(period === undefined ? {} : { intervalPeriod: periodBody(period) }),
      intervals: intervals.map(intervalBody),
    })),
  };
}

function intervalBody({ id, fromMs, untilMs, payloads }: ReportInterval): object {
  if (fromMs === undefined || untilMs === undefined) return { id, payloads };
  const intervalPeriod = { start: new Date(fromMs).toISOString(), duration: durationText(untilMs - fromMs) };
  return { id, intervalPeriod, payloads };
}
