//! An eMSP of ocpi-kit's server and client that limits the first session it hears of: `ocpi-peer PORT VERSION VERSIONS_URL TOKEN_A`,
//! and a check of one object of Bookings: `ocpi-peer booking|booking-location FILE`. What is heard is printed as lines of JSON.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use ocpi_kit::VersionNumber;
use ocpi_kit::client::{ClientConfig, OcpiClient, Registration};
use ocpi_kit::server::{
    CallbackUrls, ChargingProfilesSender, Handled, InMemoryTokenStore, OcpiRouter, RequestContext,
};
use ocpi_kit::testkit::{MockPeer, registered_peer, sample, test_token};
use ocpi_kit::transport::CredentialsToken;
use ocpi_kit::types::{PartyRef, Url, Validate};
use ocpi_kit::v2_3_0::bookings::{Booking, BookingLocation};
use ocpi_kit::v2_3_0::charging_profiles::{
    ActiveChargingProfile, ActiveChargingProfileResult, ChargingProfileResult, ClearProfileResult,
    SetChargingProfile,
};
use ocpi_kit::v2_3_0::tokens::{TokenType, WhitelistType};
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Prints what it hears, and says that it did.
struct Heard(UnboundedSender<&'static str>);

fn told(what: &str, id: &str, body: &impl Serialize) {
    println!("{}", json!({ "what": what, "id": id, "body": body }));
}

impl Heard {
    fn take(&self, what: &'static str, id: &str, body: &impl Serialize) -> Handled<()> {
        told(what, id, body);
        // Nobody listens any more once all was asked.
        let _ = self.0.send(what);
        Ok(())
    }
}

impl ChargingProfilesSender for Heard {
    async fn active_charging_profile_result(
        &self,
        id: String,
        result: ActiveChargingProfileResult,
        _: RequestContext,
    ) -> Handled<()> {
        self.take("active result", &id, &result)
    }

    async fn charging_profile_result(
        &self,
        id: String,
        result: ChargingProfileResult,
        _: RequestContext,
    ) -> Handled<()> {
        self.take("set result", &id, &result)
    }

    async fn clear_profile_result(
        &self,
        id: String,
        result: ClearProfileResult,
        _: RequestContext,
    ) -> Handled<()> {
        self.take("clear result", &id, &result)
    }

    async fn put_active_charging_profile(
        &self,
        session_id: String,
        profile: ActiveChargingProfile,
        _: RequestContext,
    ) -> Handled<()> {
        self.take("active", &session_id, &profile)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["booking", file] => check::<Booking>(file),
        ["booking-location", file] => check::<BookingLocation>(file),
        [port, version, versions_url, token] => limit(port, version, versions_url, token).await,
        _ => Err(
            "ocpi-peer PORT VERSION VERSIONS_URL TOKEN_A, or booking|booking-location FILE".into(),
        ),
    }
}

fn check<T: Validate + serde::de::DeserializeOwned>(file: &str) -> Result<(), Box<dyn Error>> {
    let object: T = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let faults = object
        .validate()
        .err()
        .map(|violations| violations.to_string());
    faults.map_or(Ok(()), |faults| Err(faults.into()))
}

/// Registers, waits for a session of its driver, limits it to 10 A, asks what holds, and takes its limit back.
async fn limit(
    port: &str,
    version: &str,
    versions_url: &str,
    token: &str,
) -> Result<(), Box<dyn Error>> {
    let version = if version == "2.2.1" {
        VersionNumber::V2_2_1
    } else {
        VersionNumber::V2_3_0
    };
    let address = format!("127.0.0.1:{port}");
    let listener = tokio::net::TcpListener::bind(&address).await?;
    let base = Url::new_lenient(format!("http://{address}"));
    let mock = MockPeer::msp(base.clone());
    let mut card = sample::token("012345678")?;
    card.party_id = mock.party().party_id.clone();
    card.token_type = TokenType::Rfid;
    card.whitelist = WhitelistType::Allowed;
    mock.tokens.put(card);
    let known = Arc::new(InMemoryTokenStore::new());
    known.insert(
        test_token("c"),
        registered_peer("lastvakt", vec![PartyRef::new("SE", "GRG")?]),
    );
    let (heard, mut hearing) = unbounded_channel();
    let router = OcpiRouter::new(version.clone(), base.clone(), known);
    let app = mock
        .mount(router)
        .charging_profiles_sender(Heard(heard))
        .build();
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });

    let client = OcpiClient::with_config(ClientConfig::for_testing())?;
    let transport = client.transport();
    let invitation = Registration::new(
        Url::new_lenient(versions_url),
        CredentialsToken::new(token)?,
    );
    let selected = invitation
        .discover(transport)
        .await?
        .select(transport, &version)
        .await?;
    let us = selected.register(transport, &mock.credentials()).await?;
    told("registered", "", &json!(null));

    let session = loop {
        if let Some(session) = mock.sessions.all().first() {
            break session.id.to_string();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let urls = CallbackUrls::new(base);
    let profiles = us.charging_profiles(transport, mock.party().clone());
    let request: SetChargingProfile = serde_json::from_value(json!({
        "charging_profile": {
            "charging_rate_unit": "A",
            "charging_profile_period": [{ "start_period": 0, "limit": 10 }],
        },
        "response_url": urls.charging_profile_result("1").as_str(),
    }))?;
    told(
        "set",
        &session,
        &profiles.set_charging_profile(&session, &request).await?,
    );
    until(&mut hearing, "set result").await;
    let asked = urls.active_charging_profile_result("2");
    told(
        "get",
        &session,
        &profiles
            .active_charging_profile(&session, 300, &asked)
            .await?,
    );
    until(&mut hearing, "active result").await;
    let cleared = urls.clear_profile_result("3");
    told(
        "clear",
        &session,
        &profiles.clear_charging_profile(&session, &cleared).await?,
    );
    serving.await??;
    Ok(())
}

async fn until(hearing: &mut UnboundedReceiver<&'static str>, what: &str) {
    while hearing.recv().await.is_some_and(|heard| heard != what) {}
}
