"""A charging station on Mobility House's OCPP stack, which checks every message against its schema.

    pythonStation.py <ocpp1.6|ocpp2.0.1|ocpp2.1> <url with the station's identity>

It boots, begins a transaction, obeys the profiles it is sent and tells on standard output, one JSON line each, what it
offers its car and which profiles were cleared. It ends the transaction when its standard input is closed.
"""

import asyncio
import json
import sys
from datetime import datetime, timezone

import websockets
from ocpp.routing import on
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


def tell(**fields):
    print(json.dumps(fields), flush=True)


def now():
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")


class Profiles:
    """What holds now: the profile of the transaction or else the standing one, and what bounds the whole station."""

    def __init__(self):
        self.by_purpose = {}

    def install(self, purpose, schedule):
        self.by_purpose[purpose] = schedule
        tell(event="set", purpose=purpose)

    def clear(self, purpose):
        cleared = self.by_purpose.pop(purpose, None)
        if cleared is not None:
            tell(event="cleared", purpose=purpose)
        return "Unknown" if cleared is None else "Accepted"

    def amps(self):
        session = self.by_purpose.get("TxProfile") or self.by_purpose.get("TxDefaultProfile")
        whole = self.by_purpose.get("ChargePointMaxProfile") or self.by_purpose.get("ChargingStationMaxProfile")
        return min(MAX_AMPS if each is None else limit_now(each) for each in (session, whole))


def limit_now(schedule):
    start = schedule.get("start_schedule")
    since_s = 0
    if start is not None:
        begin = datetime.fromisoformat(start.replace("Z", "+00:00"))
        since_s = (datetime.now(timezone.utc) - begin).total_seconds()
    begun = [p for p in schedule["charging_schedule_period"] if p["start_period"] <= since_s]
    return begun[-1]["limit"] if begun else MAX_AMPS


def station16(connection):
    profiles = Profiles()

    class Station(Station16):
        transaction_id = 0

        @on("ChangeConfiguration")
        def change_configuration(self, **_):
            return result16.ChangeConfiguration(status="Accepted")

        @on("TriggerMessage")
        def trigger_message(self, **_):
            return result16.TriggerMessage(status="Accepted")

        @on("SetChargingProfile")
        def set_charging_profile(self, connector_id, cs_charging_profiles):
            profile = cs_charging_profiles
            profiles.install(profile["charging_profile_purpose"], profile["charging_schedule"])
            return result16.SetChargingProfile(status="Accepted")

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

        @on("TriggerMessage")
        def trigger_message(self, **_):
            return result.TriggerMessage(status="Accepted")

        @on("SetChargingProfile")
        def set_charging_profile(self, evse_id, charging_profile, **_):
            schedule = charging_profile["charging_schedule"][0]
            profiles.install(charging_profile["charging_profile_purpose"], schedule)
            return result.SetChargingProfile(status="Accepted")

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
