"""A charging station on Mobility House's OCPP stack, which checks every message against its schema.

    pythonStation.py <ocpp1.6|ocpp2.0.1|ocpp2.1> <url with the station's identity>

It boots, begins a transaction, obeys the profiles it is sent and tells on standard output, one JSON line each, what it
offers its car and which profiles were cleared. It ends the transaction when its standard input is closed.
"""

import asyncio
import json
import sys
from datetime import datetime, timedelta, timezone
from math import ceil

import websockets
from ocpp.routing import after, on
from ocpp.v16 import ChargePoint as Station16
from ocpp.v16 import call as call16
from ocpp.v16 import call_result as result16
from ocpp.v21 import ChargePoint as Station21
from ocpp.v21 import call as call21
from ocpp.v21 import call_result as result21
from ocpp.v201 import ChargePoint as Station201
from ocpp.v201 import call as call201
from ocpp.v201 import call_result as result201

MAX_AMPS = 32
METER_EVERY_S = 0.2
# What it says of itself when it is asked what it can be told.
CONFIGURATION_16 = {"ChargeProfileMaxStackLevel": "8", "ChargingScheduleAllowedChargingRateUnit": "Current"}
VARIABLES_2 = {"ProfileStackLevel": "8", "RateUnit": "A"}


def tell(**fields):
    print(json.dumps(fields), flush=True)


def instant():
    return datetime.now(timezone.utc)


def text_of(at):
    return at.isoformat().replace("+00:00", "Z")


def now():
    return text_of(instant())


class Profiles:
    """What holds now: the profile of the transaction or else the standing one, and what bounds the whole station."""

    def __init__(self):
        self.by_purpose = {}

    def install(self, evse_id, profile, schedule):
        purpose = profile["charging_profile_purpose"]
        self.by_purpose[purpose] = {"evse_id": evse_id, "profile": profile, "schedule": schedule}
        tell(event="set", purpose=purpose)

    def clear(self, purpose):
        cleared = self.by_purpose.pop(purpose, None)
        if cleared is not None:
            tell(event="cleared", purpose=purpose)
        return "Unknown" if cleared is None else "Accepted"

    def amps(self, at=None):
        session = first(self.limit("TxProfile", at), self.limit("TxDefaultProfile", at), MAX_AMPS)
        whole = first(self.limit("ChargePointMaxProfile", at), self.limit("ChargingStationMaxProfile", at), MAX_AMPS)
        return min(session, whole)

    def limit(self, purpose, at):
        installed = self.by_purpose.get(purpose)
        return installed and limit_of(installed["schedule"], at or instant())

    def composite(self, duration_s):
        """What holds from now on, as one schedule."""
        start = instant()
        starts = {0}
        for installed in self.by_purpose.values():
            schedule = installed["schedule"]
            since_s = seconds_since(schedule, start)
            ends = [schedule["duration"]] if "duration" in schedule else []
            changes = ends + [period["start_period"] for period in schedule["charging_schedule_period"]]
            starts |= {ceil(each - since_s) for each in changes if 0 < each - since_s < duration_s}
        at = [(each, self.amps(start + timedelta(seconds=each))) for each in sorted(starts)]
        return text_of(start), [{"start_period": each, "limit": amps, "number_phases": 3} for each, amps in at]


def first(*values):
    return next(each for each in values if each is not None)


def limit_of(schedule, at):
    """What a schedule allows at an instant, None where it says nothing."""
    since_s = seconds_since(schedule, at)
    if since_s >= schedule.get("duration", since_s + 1):
        return None
    begun = [p for p in schedule["charging_schedule_period"] if p["start_period"] <= since_s]
    return begun[-1]["limit"] if begun else None


def seconds_since(schedule, at):
    """A schedule without a beginning of its own counts as one that has just begun."""
    start = schedule.get("start_schedule")
    return 0 if start is None else (at - datetime.fromisoformat(start.replace("Z", "+00:00"))).total_seconds()


def station16(connection):
    profiles = Profiles()

    class Station(Station16):
        transaction_id = 0

        @on("ChangeConfiguration")
        def change_configuration(self, **_):
            return result16.ChangeConfiguration(status="Accepted")

        @on("GetConfiguration")
        def get_configuration(self, key=(), **_):
            known = [
                {"key": each, "readonly": True, "value": CONFIGURATION_16[each]}
                for each in key
                if each in CONFIGURATION_16
            ]
            unknown = [each for each in key if each not in CONFIGURATION_16]
            return result16.GetConfiguration(configuration_key=known, unknown_key=unknown)

        @on("TriggerMessage")
        def trigger_message(self, **_):
            return result16.TriggerMessage(status="Accepted")

        @on("SetChargingProfile")
        def set_charging_profile(self, connector_id, cs_charging_profiles):
            profiles.install(connector_id, cs_charging_profiles, cs_charging_profiles["charging_schedule"])
            return result16.SetChargingProfile(status="Accepted")

        @on("GetCompositeSchedule")
        def get_composite_schedule(self, connector_id, duration, **_):
            start, periods = profiles.composite(duration)
            schedule = {"duration": duration, "charging_rate_unit": "A", "charging_schedule_period": periods}
            return result16.GetCompositeSchedule(
                status="Accepted", connector_id=connector_id, schedule_start=start, charging_schedule=schedule
            )

        @on("ClearChargingProfile")
        def clear_charging_profile(self, charging_profile_purpose=None, **_):
            return result16.ClearChargingProfile(status=profiles.clear(charging_profile_purpose))

        async def begin(self):
            await self.call(call16.BootNotification(charge_point_vendor="Other", charge_point_model="Python"))
            await self.status("Preparing")
            started = await self.call(
                call16.StartTransaction(connector_id=1, id_tag="T1", meter_start=0, timestamp=now())
            )
            self.transaction_id = started.transaction_id
            await self.status("Charging")

        async def status(self, status):
            await self.call(call16.StatusNotification(connector_id=1, error_code="NoError", status=status))

        async def measure(self):
            sample = {"value": str(profiles.amps()), "measurand": "Current.Import", "unit": "A"}
            value = [{"timestamp": now(), "sampled_value": [sample]}]
            await self.call(
                call16.MeterValues(connector_id=1, transaction_id=self.transaction_id, meter_value=value)
            )

        async def end(self):
            await self.call(
                call16.StopTransaction(meter_stop=4000, timestamp=now(), transaction_id=self.transaction_id)
            )

    return Station("CP-A1", connection), profiles


def station2(connection, base, call, result):
    profiles = Profiles()

    class Station(base):
        sequence = -1

        @on("SetVariables")
        def set_variables(self, set_variable_data, **_):
            done = [
                {"attribute_status": "Accepted", "component": each["component"], "variable": each["variable"]}
                for each in set_variable_data
            ]
            return result.SetVariables(set_variable_result=done)

        @on("GetVariables")
        def get_variables(self, get_variable_data, **_):
            return result.GetVariables(get_variable_result=[variable_result(each) for each in get_variable_data])

        @on("TriggerMessage")
        def trigger_message(self, **_):
            return result.TriggerMessage(status="Accepted")

        @on("SetChargingProfile")
        def set_charging_profile(self, evse_id, charging_profile, **_):
            profiles.install(evse_id, charging_profile, charging_profile["charging_schedule"][0])
            return result.SetChargingProfile(status="Accepted")

        @on("GetCompositeSchedule")
        def get_composite_schedule(self, duration, evse_id, **_):
            start, periods = profiles.composite(duration)
            schedule = {
                "evse_id": evse_id,
                "duration": duration,
                "schedule_start": start,
                "charging_rate_unit": "A",
                "charging_schedule_period": periods,
            }
            return result.GetCompositeSchedule(status="Accepted", schedule=schedule)

        @on("GetChargingProfiles")
        def get_charging_profiles(self, **_):
            status = "Accepted" if profiles.by_purpose else "NoProfiles"
            return result.GetChargingProfiles(status=status)

        @after("GetChargingProfiles")
        async def report_charging_profiles(self, request_id, **_):
            held = list(profiles.by_purpose.values())
            for index, each in enumerate(held):
                await self.call(
                    call.ReportChargingProfiles(
                        request_id=request_id,
                        charging_limit_source="CSO",
                        evse_id=each["evse_id"],
                        charging_profile=[each["profile"]],
                        tbc=index + 1 < len(held),
                    )
                )

        @on("ClearChargingProfile")
        def clear_charging_profile(self, charging_profile_criteria=None, **_):
            purpose = (charging_profile_criteria or {}).get("charging_profile_purpose")
            return result.ClearChargingProfile(status=profiles.clear(purpose))

        async def begin(self):
            station = {"vendor_name": "Other", "model": "Python"}
            await self.call(call.BootNotification(charging_station=station, reason="PowerUp"))
            await self.call(
                call.StatusNotification(
                    timestamp=now(), connector_status="Occupied", evse_id=1, connector_id=1
                )
            )
            await self.event("Started", "Authorized", id_token={"id_token": "T1", "type": "ISO14443"})

        async def measure(self):
            sample = {"value": profiles.amps(), "measurand": "Current.Import", "unit_of_measure": {"unit": "A"}}
            value = [{"timestamp": now(), "sampled_value": [sample]}]
            await self.event("Updated", "MeterValuePeriodic", meter_value=value)

        async def end(self):
            await self.event("Ended", "EVDeparted", stopped_reason="EVDisconnected")

        async def event(self, event_type, reason, stopped_reason=None, **fields):
            self.sequence += 1
            info = {"transaction_id": "tx-1", "charging_state": "Charging"}
            if stopped_reason is not None:
                info = {"transaction_id": "tx-1", "stopped_reason": stopped_reason}
            await self.call(
                call.TransactionEvent(
                    event_type=event_type,
                    timestamp=now(),
                    trigger_reason=reason,
                    seq_no=self.sequence,
                    transaction_info=info,
                    evse={"id": 1, "connector_id": 1},
                    **fields,
                )
            )

    return Station("CP-A1", connection), profiles


def variable_result(asked):
    value = VARIABLES_2.get(asked["variable"]["name"])
    names = {"component": asked["component"], "variable": asked["variable"]}
    if value is None:
        return {**names, "attribute_status": "UnknownVariable"}
    return {**names, "attribute_status": "Accepted", "attribute_value": value}


def station_of(protocol, connection):
    if protocol == "ocpp1.6":
        return station16(connection)
    if protocol == "ocpp2.0.1":
        return station2(connection, Station201, call201, result201)
    return station2(connection, Station21, call21, result21)


async def run(protocol, url):
    async with websockets.connect(url, subprotocols=[protocol]) as connection:
        station, profiles = station_of(protocol, connection)
        listening = asyncio.create_task(station.start())
        closed = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await station.begin()
        while not closed.done():
            tell(event="offers", amps=profiles.amps())
            await station.measure()
            await asyncio.sleep(METER_EVERY_S)
        await station.end()
        tell(event="ended")
        listening.cancel()


asyncio.run(run(sys.argv[1], sys.argv[2]))
